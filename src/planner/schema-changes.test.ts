import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import type { ToolChange } from "../model/tool-lock.ts";
import { schemaChanges } from "./schema-changes.ts";

const object = (properties: JsonObject, ...required: readonly string[]): JsonObject => ({ type: "object", properties, required });
const changeWords = ({ place, message }: ToolChange): string => `${place === "" ? "it" : `"${place}"`} ${message}`;
const of = (schema: JsonObject): JsonObject => object({ x: schema }, "x");

/** What is said, and whom it breaks: of arguments, and of results. */
type Row = readonly [string, JsonObject, JsonObject, string, "callers" | "nobody", "readers" | "nobody"];

test.each<Row>([
  ["a property that is new", object({}), object({ x: {} }), '"x" is new', "nobody", "nobody"],
  ["a property that is gone", object({ x: {} }), object({}), '"x" was removed', "callers", "readers"],
  ["another type", of({ type: "string" }), of({ type: "number" }), '"x" is number now, and was string', "callers", "readers"],
  [
    "one more type",
    of({ type: "string" }),
    of({ type: ["null", "string"] }),
    '"x" is null or string now, and was string',
    "nobody",
    "readers",
  ],
  [
    "one type less",
    of({ type: ["null", "string"] }),
    of({ type: "string" }),
    '"x" is string now, and was null or string',
    "callers",
    "nobody",
  ],
  ["fractions too", of({ type: "integer" }), of({ type: "number" }), '"x" is number now, and was integer', "nobody", "readers"],
  ["no fractions", of({ type: "number" }), of({ type: "integer" }), '"x" is integer now, and was number', "callers", "nobody"],
  ["any type", of({ type: "string" }), of({}), '"x" is of any type now, and was string', "nobody", "readers"],
  ["values less", of({ enum: ["a", "b"] }), of({ enum: ["a"] }), '"x" can no longer be "b"', "callers", "nobody"],
  ["values more", of({ enum: ["a"] }), of({ enum: ["a", "b"] }), '"x" can also be "b" now', "nobody", "readers"],
  ["single values", of({}), of({ enum: [1, null] }), '"x" can only be 1, null now', "callers", "nobody"],
  ["no single values", of({ const: 1 }), of({}), '"x" need no longer be 1', "nobody", "readers"],
  ["one value, and then two", of({ const: 1 }), of({ enum: [1, 2] }), '"x" can also be 2 now', "nobody", "readers"],
  ["a higher minimum", of({ minimum: 1 }), of({ minimum: 2 }), '"x" has "minimum" 2 now, and had 1', "callers", "nobody"],
  ["no minimum", of({ minLength: 1 }), of({}), '"x" no longer has "minLength" 1', "nobody", "readers"],
  ["a higher maximum", of({ maxItems: 1 }), of({ maxItems: 2 }), '"x" has "maxItems" 2 now, and had 1', "nobody", "readers"],
  ["a maximum", of({}), of({ maximum: 9 }), '"x" has "maximum" 9 now, and had none', "callers", "nobody"],
  ["a coarser step", of({ multipleOf: 2 }), of({ multipleOf: 4 }), '"x" has "multipleOf" 4 now, and had 2', "callers", "nobody"],
  ["a finer step", of({ multipleOf: 4 }), of({ multipleOf: 2 }), '"x" has "multipleOf" 2 now, and had 4', "nobody", "readers"],
  ["another step", of({ multipleOf: 4 }), of({ multipleOf: 3 }), '"x" has "multipleOf" 3 now, and had 4', "callers", "readers"],
  ["all different", of({}), of({ uniqueItems: true }), '"x" has "uniqueItems" true now, and had none', "callers", "nobody"],
  ["another pattern", of({ pattern: "a" }), of({ pattern: "b" }), '"x" has "pattern" "b" now, and had "a"', "callers", "readers"],
  ["a format", of({}), of({ format: "email" }), '"x" has "format" "email" now, and had none', "callers", "nobody"],
  [
    "other items",
    of({ items: { type: "string" } }),
    of({ items: { type: "null" } }),
    '"x[]" is null now, and was string',
    "callers",
    "readers",
  ],
  ["one place more", of({ prefixItems: [{}] }), of({ prefixItems: [{}, { type: "null" }] }), '"x[1]" is new', "callers", "nobody"],
  [
    "no others",
    object({}),
    { ...object({}), additionalProperties: false },
    '"*" is no longer allowed: there are no other properties',
    "callers",
    "nobody",
  ],
  ["others too", { ...object({}), additionalProperties: false }, object({}), '"*" is allowed now', "nobody", "nobody"],
  [
    "other others",
    of({ additionalProperties: { type: "null" } }),
    of({ additionalProperties: true }),
    '"x.*" is of any type now, and was null',
    "nobody",
    "readers",
  ],
  [
    "no others where they had a type",
    of({ additionalProperties: { type: "null" } }),
    of({ additionalProperties: false }),
    '"x.*" is no longer allowed: there are no other properties',
    "callers",
    "readers",
  ],
  [
    "an alternative",
    of({ anyOf: [{ type: "null" }] }),
    of({ anyOf: [{ type: "string" }, { type: "null" }] }),
    '"x.anyOf[0]" is new',
    "nobody",
    "readers",
  ],
  [
    "an alternative less",
    of({ oneOf: [{ type: "null" }, { type: "string" }] }),
    of({ oneOf: [{ type: "string" }] }),
    '"x.oneOf[0]" was removed',
    "callers",
    "nobody",
  ],
  [
    "alternatives that may both fit",
    of({ oneOf: [{ type: "string" }] }),
    of({ oneOf: [{ type: "string" }, { minLength: 2 }] }),
    '"x.oneOf[0]" is new',
    "callers",
    "readers",
  ],
  ["one more condition", of({}), of({ allOf: [{ minLength: 2 }] }), '"x.allOf" is new', "callers", "nobody"],
  ["what must not be", of({}), of({ not: { const: 1 } }), '"x.not" has "not" {"const":1} now, and had none', "callers", "nobody"],
  [
    "a condition that changed",
    of({ if: { const: 1 } }),
    of({ if: { const: 2 } }),
    '"x.if" has "if" {"const":2} now, and had {"const":1}',
    "callers",
    "readers",
  ],
  [
    "what is referred to",
    { $defs: { a: { type: "string" } } },
    { $defs: { a: { type: "null" } } },
    '"$defs.a" is null now, and was string',
    "callers",
    "readers",
  ],
  [
    "another reference",
    of({ $ref: "#/$defs/a" }),
    of({ $ref: "#/$defs/b" }),
    '"x" has "$ref" "#/$defs/b" now, and had "#/$defs/a"',
    "callers",
    "readers",
  ],
  [
    "names that must be there together",
    of({}),
    of({ dependentRequired: { a: ["b"] } }),
    '"x" has "dependentRequired" {"a":["b"]} now, and had none',
    "callers",
    "nobody",
  ],
  ["nothing at all", object({ x: {} }), object({ x: false }), '"x" is no longer allowed', "callers", "nobody"],
  ["something", object({ x: false }), object({ x: true }), '"x" is allowed now', "nobody", "readers"],
  [
    "another description",
    of({ description: "a" }),
    of({ description: "b" }),
    '"x" has "description" "b" now, and had "a"',
    "nobody",
    "nobody",
  ],
  ["another default", of({ default: 1 }), of({ default: 2 }), '"x" has "default" 2 now, and had 1', "nobody", "nobody"],
  ["a keyword of somebody's own", of({}), of({ "x-order": 1 }), '"x" has "x-order" 1 now, and had none', "nobody", "nobody"],
  ["another spelling", object({ x: {} }), object({ x: true }), '"x" is written in another way', "nobody", "nobody"],
  ["no object any more", { properties: {} }, { properties: [] }, 'it has "properties" [] now, and had {}', "callers", "readers"],
])("%s", (...[, before, after, message, callers, readers]) => {
  const [input, output] = (["input", "output"] as const).map((part) => schemaChanges(before, after, part));
  expect(input?.map(changeWords)).toEqual([message]);
  expect(output?.map(changeWords)).toEqual([message]);
  expect([input?.[0]?.breaks, output?.[0]?.breaks]).toEqual([callers, readers]);
});

test.each<readonly [string, JsonObject, JsonObject, string, string]>([
  [
    "a property that is new and must be there",
    object({}),
    object({ x: {} }, "x"),
    '"x" is new, and required (callers)',
    '"x" is new (nobody)',
  ],
  [
    "a property that must be there",
    object({ x: {} }),
    object({ x: {} }, "x"),
    '"x" is required now (callers)',
    '"x" is always there now (nobody)',
  ],
  [
    "a property that may be left out",
    object({ x: {} }, "x"),
    object({ x: {} }),
    '"x" is no longer required (nobody)',
    '"x" may be missing now (readers)',
  ],
  [
    "a property that had to be there and is gone",
    object({ x: {} }, "x"),
    object({}),
    '"x" was removed (callers)',
    '"x" was removed (readers)',
  ],
])("%s is told in one sentence", (...[, before, after, input, output]) => {
  const told = (part: "input" | "output"): readonly string[] =>
    schemaChanges(before, after, part).map((change) => `${changeWords(change)} (${change.breaks})`);
  expect(told("input")).toEqual([input]);
  expect(told("output")).toEqual([output]);
});

test("everything that changed is told at once, each at its place", () => {
  const before = object({ order: object({ lines: { type: "array", items: object({ sku: { type: "string" }, note: {} }) } }) });
  const after = object({ order: object({ lines: { type: "array", items: object({ sku: { enum: ["a"] } }, "sku") } }, "lines"), dry: {} });
  expect(schemaChanges(before, after, "input").map(changeWords)).toEqual([
    '"order.lines[].note" was removed',
    '"order.lines[].sku" is of any type now, and was string',
    '"order.lines[].sku" can only be "a" now',
    '"order.lines[].sku" is required now',
    '"order.lines" is required now',
    '"dry" is new',
  ]);
});

test("the order of keys, of required names, of types and of values is no change", () => {
  const before = { type: ["string", "object"], required: ["a", "b"], properties: { a: { enum: [1, 2] }, required: { type: "null" } } };
  const after = { required: ["b", "a"], properties: { required: { type: "null" }, a: { enum: [2, 1] } }, type: ["object", "string"] };
  expect(schemaChanges(before, after, "input")).toEqual([]);
});

test("the order within values is one", () => {
  const before = { properties: { default: { enum: [["a", "b"]], default: { required: ["a", "b"] } } } };
  const after = { properties: { default: { enum: [["b", "a"]], default: { required: ["b", "a"] } } } };
  expect(schemaChanges(before, after, "input").map(changeWords)).toEqual([
    '"default" has "default" {"required":["b","a"]} now, and had {"required":["a","b"]}',
    '"default" can no longer be ["a","b"]',
    '"default" can also be ["b","a"] now',
  ]);
});
