import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { isJsonArray, isJsonObject } from "../../src/base/json.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";
import { evaluateTemplate } from "../../src/expression/evaluate-template.ts";
import { NO_CHECKS } from "../../src/model/check.ts";
import type { Catalog } from "../../src/model/tool.ts";
import type { InputSpec } from "../../src/model/workflow.ts";
import { CATALOGUE } from "../../src/patterns/catalogue/catalogue.ts";
import { checkParameters } from "../../src/patterns/check-parameters.ts";
import { fillTemplate } from "../../src/patterns/fill-template.ts";
import { instantiatePattern } from "../../src/patterns/instantiate-pattern.ts";
import { buildPlan } from "../../src/planner/build-plan.ts";

/** Text that would be an expression if it were read as one, and all other text. */
const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("${{ secrets.KEY }}", "$${{ steps.a.output }}", "$", "{{ inputs.x }}", '"}}"', "${{", "'; drop", "\\", "}}"),
  fc.array(fc.constantFrom("$", "{{", "}}", '"', "'", "\\", " ", "a", "\n"), { maxLength: 12 }).map((parts) => parts.join("")),
);

test("a text that is put into a template says the same when the workflow runs, whatever stands around it", () => {
  const anyAround = fc.array(fc.constantFrom("$$", "{ ", " ", "x", "$$${{ inputs.run }}"), { maxLength: 5 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(anyText, anyText, anyAround, (first, second, around) => {
      const template = (root: string): string => `a\${{ ${root}.first }}${around}\${{ ${root}.second }}b\${{ inputs.run }}`;
      const texts = { first, second };
      const { value, problems } = fillTemplate(template("parameters"), (name) => texts[name === "parameters.first" ? "first" : "second"]);
      expect(problems).toEqual([]);
      const ran = (text: Json): unknown => evaluateTemplate(text, { inputs: { run: "-", ...texts }, step: () => undefined });
      // As if the texts had come as inputs, which are never read as expressions.
      expect(ran(value)).toEqual(ran(template("inputs")));
    }),
  );
});

test("a value that is put into an expression is that value when the workflow runs", () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 3 }).filter((value) => JSON.stringify(value).length < 5_000),
      (given) => {
        const value = JSON.parse(JSON.stringify(given)) as Json;
        const { value: template } = fillTemplate("${{ [inputs.x, parameters.v] }}", () => value);
        const ran = evaluateTemplate(template, { inputs: { x: 1 }, step: () => undefined });
        expect(ran).toEqual({ ok: true, value: { value: [1, value], secrets: [] } });
      },
    ),
  );
});

test.each(CATALOGUE.map((pattern) => [pattern.name, pattern] as const))(
  "%s makes a workflow that can be read and planned, of all parameters that fit",
  (_name, pattern) => {
    const parameters = fc.record(Object.fromEntries(Object.entries(pattern.parameters).map(([name, spec]) => [name, anyValue(spec)])), {
      requiredKeys: Object.keys(pattern.parameters).filter((name) => pattern.parameters[name]?.["default"] === undefined),
    });
    fc.assert(
      fc.property(parameters, anyText, (chosen, component) => {
        const checked = checkParameters(pattern, JSON.parse(JSON.stringify(chosen)) as JsonObject);
        expect(checked.problems).toEqual([]);
        const values = { component: component.replaceAll(/\p{C}/gu, "").slice(0, 200) || "x", parameters: checked.parameters };
        const { document, problems } = instantiatePattern(pattern, values, { workflowId: "w", checks: NO_CHECKS });
        expect(problems).toEqual([]);
        const parsed = parseWorkflow(JSON.stringify(document), "w");
        expect(parsed.problems.filter(({ severity }) => severity === "error")).toEqual([]);
        const { workflow } = parsed;
        const planned = workflow && buildPlan({ workflow, catalog: catalogOf(document), workflows: {} });
        expect(planned?.problems.filter(({ severity }) => severity === "error")).toEqual([]);
        expect(planned?.plan?.nodes.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  },
);

interface AnySchema {
  readonly type?: string;
  readonly pattern?: string;
  readonly items?: InputSpec;
  readonly properties?: Readonly<Record<string, InputSpec>>;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Any value that a schema allows, as far as patterns use schemas. */
function anyValue(spec: InputSpec): fc.Arbitrary<unknown> {
  const schema = spec as AnySchema;
  const { pattern, items = {}, properties, minLength = 0, maxLength = 200, minItems = 0, minimum = -1e6, maximum = 1e6 } = schema;
  const isRight = (text: string): boolean =>
    lengthOf(text) >= minLength && lengthOf(text) <= maxLength && (pattern === undefined || new RegExp(pattern).test(text));
  switch (schema.type) {
    case "string":
      return fc
        .oneof(pattern === undefined ? anyText : fc.stringMatching(new RegExp(pattern)), anyText, fc.constant(sampleOf(spec)))
        .filter(isRight);
    case "integer":
      return fc.integer({ min: minimum, max: maximum });
    case "number":
      return fc.oneof(fc.integer({ min: Math.ceil(minimum), max: maximum }), fc.double({ min: minimum, max: maximum, noNaN: true }));
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.uniqueArray(anyValue(items), { minLength: minItems, maxLength: 4, selector: (value) => JSON.stringify(value) });
    case "object":
      return properties === undefined
        ? fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(anyText, fc.integer(), fc.boolean()), { maxKeys: 3 })
        : fc.record(Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, anyValue(inner)])));
    default:
      throw new Error(`no pattern has parameters of the type ${String(schema.type)}`);
  }
}

function sampleOf({ default: byDefault, examples }: InputSpec): string {
  const [example] = isJsonArray(examples) ? examples : [];
  const sample = byDefault ?? example;
  return typeof sample === "string" ? sample : "text";
}

/** In characters, as schemas count. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** A world in which every tool is there that a workflow names, and takes everything. */
function catalogOf(document: JsonObject): Catalog {
  const tools = new Map<string, Set<string>>();
  const visit = (value: Json): void => {
    if (isJsonArray(value)) value.forEach(visit);
    if (!isJsonObject(value)) return;
    const { tool } = value;
    if (typeof tool === "string" && tool.includes(".")) {
      const dot = tool.indexOf(".");
      const server = tool.slice(0, dot);
      tools.set(server, (tools.get(server) ?? new Set()).add(tool.slice(dot + 1)));
    }
    Object.values(value).forEach(visit);
  };
  visit(document);
  const servers = [...tools].map(([name, names]) => {
    const each = [...names].map((tool) => ({ name: tool, inputSchema: { type: "object" } }));
    return [name, { name, tools: each, honoursIdempotencyKey: false, effects: {}, requires: {} }] as const;
  });
  return Object.fromEntries(servers);
}
