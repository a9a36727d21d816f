import { expect, test } from "vitest";
import type { Json, JsonObject } from "../base/json.ts";
import type { Workflow } from "../model/workflow.ts";
import { checkInputs } from "./check-inputs.ts";

function workflowWith(inputs: Readonly<Record<string, JsonObject>>): Workflow {
  return { id: "x", inputs, errorPolicy: { mode: "fail_fast" }, steps: [], finally: [] };
}

const order = workflowWith({
  order_id: { type: "string", description: "as printed on the invoice" },
  count: { type: "integer", default: 1, minimum: 1 },
  mode: { enum: ["fast", "slow"], default: "fast" },
});

test("defaults stand for what is not given", () => {
  expect(checkInputs(order, { order_id: "A1" })).toEqual({ inputs: { order_id: "A1", count: 1, mode: "fast" }, problems: [] });
});

test("every problem is told at once, and nothing is converted", () => {
  expect(checkInputs(order, { ordr_id: "A1", count: "5", mode: "medium", extra: 1 }).problems).toEqual([
    'unknown input "ordr_id" - did you mean "order_id"?',
    'unknown input "extra" - known are "order_id", "count", "mode"',
    'missing required input "order_id" (string: as printed on the invoice)',
    'input "count" must be a whole number, not "5"',
    'input "mode" must be "fast" or "slow", not "medium"',
  ]);
});

test("names of the prototype are no inputs", () => {
  expect(checkInputs(order, JSON.parse('{ "order_id": "a", "constructor": 1, "toString": 2 }') as JsonObject).problems).toHaveLength(2);
  expect(checkInputs(workflowWith({ constructor: { type: "string" } }), {}).problems).toEqual([
    'missing required input "constructor" (string)',
  ]);
});

const nested: JsonObject = {
  type: "object",
  required: ["sku"],
  properties: { sku: { type: "string", pattern: "^[A-Z]+$" }, tags: { type: "array", items: { type: "string" }, maxItems: 2 } },
  additionalProperties: false,
};

test.each<[string, JsonObject, Json, readonly string[]]>([
  ["a part", nested, { sku: "A", tags: [1] }, ['input "in.tags[0]" must be text, not the number 1']],
  ["a missing part", nested, {}, ['input "in" lacks the property "sku"']],
  ["a part that is too much", nested, { sku: "A", x: 1 }, ['input "in.x" is not allowed']],
  ["a pattern", nested, { sku: "a" }, ['input "in.sku" must match the pattern "^[A-Z]+$", not "a"']],
  ["a length", nested, { sku: "A", tags: ["a", "b", "c"] }, ['input "in.tags" must have at most 2 entries']],
  ["a reference", { $ref: "#/$defs/n", $defs: { n: { minimum: 3 } } }, 2, ['input "in" must be at least 3']],
  [
    "alternatives",
    { anyOf: [{ type: "string" }, { type: "null" }] },
    5,
    ['input "in" fits none of the allowed forms (it is the number 5)'],
  ],
  ["a list of types", { type: ["string", "null"] }, 5, ['input "in" must be text or null, not the number 5']],
  ["a format", { format: "email" }, "nobody", ['input "in" must be of the format "email", not "nobody"']],
  ["what fits", nested, { sku: "ABC", tags: ["x"] }, []],
])("the schema of an input: %s", (_name, spec, value, problems) => {
  expect(checkInputs(workflowWith({ in: spec }), { in: value }).problems).toEqual(problems);
});

test("a pattern that takes JavaScript forever is checked at once", () => {
  const spec = { type: "string", pattern: "^(x+x+)+y$" };
  expect(checkInputs(workflowWith({ in: spec }), { in: "x".repeat(5_000) }).problems).toHaveLength(1);
  expect(checkInputs(workflowWith({ in: spec }), { in: `${"x".repeat(5_000)}y` }).problems).toEqual([]);
});

test("an input that is nested without end is refused", () => {
  const deep: Json = JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`) as Json;
  expect(checkInputs(workflowWith({ in: {} }), { in: deep }).problems).toEqual([
    'input "in" is nested too deeply: at most 200 levels are allowed',
  ]);
});

test("a large input with very many faults is refused with the first of them", () => {
  const value = Array.from({ length: 200_000 }, (_, index) => index);
  expect(checkInputs(workflowWith({ in: { items: { type: "string" } } }), { in: value }).problems).toEqual([
    'input "in[0]" must be text, not the number 0',
  ]);
});

test("the schema of the workflow is left as it was", () => {
  const spec = { $ref: "#/$defs/n", $defs: { n: { pattern: "^a$" } } };
  const before = structuredClone(spec);
  checkInputs(workflowWith({ in: spec }), { in: "b" });
  expect(spec).toStrictEqual(before);
  expect(Object.getOwnPropertyNames(spec)).toEqual(["$ref", "$defs"]);
});
