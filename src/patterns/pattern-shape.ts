import type { Json, JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { filled, listOf, recordOf } from "../definition/collection-types.ts";
import { inputSpec } from "../definition/input-spec.ts";
import { wrongType } from "../definition/reading.ts";
import { choice, longText, text, textLike } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import { WORKFLOW } from "../definition/workflow-shape.ts";
import type { PatternDefinition, PatternMonitoring, PatternRequirement } from "../model/pattern.ts";
import { CHECK } from "./read-check.ts";

const SHORT_LIST = 100;

/** An object that is read when its holes have been filled; `like` knows how else its keys may be spelled. */
function template(like: Shape<never>): ValueType<JsonObject> {
  return {
    read: (value, reading) => (isJsonObject(value) ? value : wrongType(reading, "an object", value)),
    print: (value) => value,
    schema: () => ({ type: "object" }),
    ...(like.inside === undefined ? {} : { inside: like.inside }),
  };
}

const condition: ValueType<Json> = {
  read: (value, reading) =>
    typeof value === "boolean" || (typeof value === "string" && value.includes("${{"))
      ? value
      : wrongType(reading, 'a condition such as "${{ parameters.x }}"', value),
  print: (value) => value,
  schema: () => ({ type: ["string", "boolean"] }),
};

const requirementId: ValueType<string> = textLike(
  /^[a-z0-9][a-z0-9_-]{0,99}$/,
  'the id of a requirement has 1 to 100 of a-z, 0-9, "_" and "-" and begins with a letter or digit',
);

const requirement = shape<PatternRequirement>("requirement", {
  id: { key: "id", type: requirementId, required: true, about: "the name of the requirement" },
  description: { key: "description", type: longText(2_000), required: true, about: "what must hold, in words" },
  severity: {
    key: "severity",
    type: choice("blocking", "warning"),
    absent: "blocking",
    about: "whether nothing is applied without it",
  },
  when: { key: "when", type: condition, about: "leaves the requirement out when it is false" },
  check: {
    key: "check",
    type: template(CHECK as Shape<never>),
    required: true,
    about: "what is found out: one of server, tool, check, port, machine, file, parameter",
  },
});

const monitoring = shape<PatternMonitoring>("monitoring", {
  interval: { key: "interval", type: text(), required: true, about: 'how long after one look the next one comes, such as "5m"' },
  checks: {
    key: "checks",
    type: filled(listOf(requirementId, SHORT_LIST)),
    required: true,
    about: "the ids of the requirements that are looked at",
  },
});

/** All keys of a pattern file. */
export const PATTERN: Shape<PatternDefinition> = shape<PatternDefinition>("pattern", {
  name: {
    key: "name",
    type: textLike(
      /^[a-z0-9][a-z0-9_-]{0,99}$/,
      'the name of a pattern has 1 to 100 of a-z, 0-9, "_" and "-" and begins with a letter or digit',
    ),
    required: true,
    about: "what it is called by",
  },
  version: { key: "version", type: text(50), absent: "1.0.0", about: "a version of your own, as text" },
  description: { key: "description", type: longText(10_000), required: true, about: "what it is for and what it does" },
  components: { key: "components", type: listOf(text(), SHORT_LIST), absent: [], about: "what it is made of, in a few words each" },
  appliesTo: {
    key: "applies_to",
    type: listOf(text(), SHORT_LIST),
    absent: [],
    about: "the kinds of components that it is meant for; any if not given",
  },
  parameters: {
    key: "parameters",
    type: recordOf(inputSpec, { most: SHORT_LIST, key: /^[a-z][a-z0-9_]{0,63}$/, keyShaped: 'a-z, 0-9 and "_" are, a letter first' }),
    absent: {},
    about: "what whoever applies it decides: a JSON Schema by name; required unless it has a default",
  },
  requirements: { key: "requirements", type: listOf(requirement, SHORT_LIST), absent: [], about: "what must hold before it is applied" },
  workflow: {
    key: "workflow",
    type: template(WORKFLOW as Shape<never>),
    required: true,
    about: "the workflow that it makes, without an id; ${{ parameters.x }} is filled in",
  },
  nextSteps: { key: "next_steps", type: listOf(longText(2_000), SHORT_LIST), absent: [], about: "what to do when it has been applied" },
  monitoring: { key: "monitoring", type: monitoring, about: "which requirements are looked at again, and how often" },
});
