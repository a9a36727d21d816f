import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import { scanTemplate, wholeExpression } from "../expression/scan-template.ts";
import type { Expression, Template } from "../model/workflow.ts";
import { recordOf } from "./collection-types.ts";
import { report, subject, wrongType } from "./reading.ts";
import { duration } from "./scalar-types.ts";
import type { Reading } from "./reading.ts";
import type { ValueType } from "./value-type.ts";
import { quoted } from "../base/visible.ts";

/** Any JSON whose strings may hold expressions. */
export const template: ValueType<Template> = {
  read(value, reading) {
    reading.findings.templates.push({ path: reading.path, template: value });
    return value;
  },
  print: (value) => value,
  schema: () => ({}),
};

/** Named templates, as the arguments of a tool are. */
export const templates: ValueType<Readonly<Record<string, Template>>> = recordOf(template, { most: 1_000 });

/** How long to sleep: an expression, or a duration that is printed in its canonical form. */
export const sleepTime: ValueType<Template> = literalOr(duration());

/** Until when to sleep: an expression, or a moment with its time zone. */
export const moment: ValueType<Template> = literalOr({
  read: (value, reading) => (typeof value === "string" && isMoment(value) ? value : wrongType(reading, MOMENT_EXPECTED, value)),
  print: (value) => value,
  schema: () => ({ type: "string" }),
});

/** Text with expressions in it. */
export const textTemplate: ValueType<Template> = {
  ...template,
  read: (value, reading) => (typeof value === "string" && value !== "" ? template.read(value, reading) : wrongType(reading, "text", value)),
  schema: () => ({ type: "string", minLength: 1 }),
};

/** One CEL expression, with or without `${{ }}` around it. A bare `true` or `false` is one too. */
export const expression: ValueType<Expression> = {
  read(value, reading) {
    if (typeof value !== "string" && typeof value !== "boolean") return wrongType(reading, "an expression", value);
    const found = findExpression(String(value));
    if (found === undefined) {
      const message = `${subject(reading.path)} must be one expression: write the whole condition inside one \${{ }}`;
      return report(reading, "mixed-expression", message);
    }
    if (found.source === "") return wrongType(reading, "an expression", "");
    reading.findings.expressions.push({ path: reading.path, source: found.source });
    return found.source;
  },
  print: (source) => (findExpression(`\${{ ${source} }}`)?.source === source ? `\${{ ${source} }}` : source),
  schema: () => ({ type: ["string", "boolean"] }),
  inside: { kind: "expression" },
};

/** The one expression that a text is, with or without `${{ }}`, and where in the text it begins; undefined for a mixture. */
export function findExpression(text: string): { readonly source: string; readonly offset: number } | undefined {
  const segments = scanTemplate(text);
  const whole = wholeExpression(segments);
  if (whole !== undefined) return { source: whole.source, offset: whole.offset };
  if (segments.some((segment) => segment.kind !== "text")) return undefined;
  return { source: text.trim(), offset: text.length - text.trimStart().length };
}

/** The items of `for_each`: one expression that gives a list, or a list. */
export const items: ValueType<Template> = {
  ...template,
  read(value, reading) {
    if (typeof value === "string") return readItemsText(value, reading);
    if (!isJsonArray(value)) return wrongType(reading, ITEMS_EXPECTED, value);
    if (value.length <= MOST_ITEMS) return template.read(value, reading);
    return report(reading, "too-many", `${subject(reading.path)} has ${value.length} items, at most ${MOST_ITEMS} are allowed`);
  },
  schema: (): JsonObject => ({
    anyOf: [
      { type: "string", pattern: "\\$\\{\\{" },
      { type: "array", maxItems: MOST_ITEMS },
    ],
  }),
};

const MOST_ITEMS = 10_000;
const ITEMS_EXPECTED = 'a list, or an expression that gives one such as "${{ inputs.items }}"';

function readItemsText(value: string, reading: Reading): Json | undefined {
  if (wholeExpression(scanTemplate(value)) !== undefined) return template.read(value, reading);
  if (!/^(inputs|steps)\b/.test(value)) return wrongType(reading, ITEMS_EXPECTED, value);
  const suggestion = `\${{ ${value} }}`;
  return report(reading, "wrong-type", `${subject(reading.path)} must be ${ITEMS_EXPECTED} - did you mean ${quoted(suggestion)}?`, {
    suggestion,
  });
}

/** A value that is checked here when it is written out, and where it is used when it is an expression. */
function literalOr<T>(literal: ValueType<T>): ValueType<Template> {
  return {
    ...template,
    read(value, reading) {
      if (typeof value === "string" && scanTemplate(value).some((segment) => segment.kind !== "text")) return template.read(value, reading);
      const read = literal.read(value, reading);
      return read === undefined ? undefined : literal.print(read);
    },
    schema: () => ({ type: "string", minLength: 1 }),
  };
}

const MOMENT_EXPECTED = 'a moment with its time zone such as "2026-12-24T18:00:00Z"';

function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}
