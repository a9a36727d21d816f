import { expect, test } from "vitest";
import type { Json, JsonObject } from "./json.ts";
import { readTypedValues } from "./typed-values.ts";

test.each<[string, JsonObject | undefined, Json]>([
  ["3", undefined, 3],
  ["3", { type: "integer" }, 3],
  ["3", { type: "string" }, "3"],
  ["3", { type: ["string", "null"] }, "3"],
  ["3", { enum: ["3", "4"] }, "3"],
  ["3", { const: "3" }, "3"],
  ["true", { type: "boolean" }, true],
  ["null", undefined, null],
  ['["a"]', { type: "array" }, ["a"]],
  ['{"a": 1}', undefined, { a: 1 }],
  ["Ada", undefined, "Ada"],
  ["Ada", { type: "integer" }, "Ada"],
  ['"quoted"', undefined, "quoted"],
  ['"quoted"', { type: "string" }, '"quoted"'],
  ["", undefined, ""],
])("%j with the schema %j is %j", (text, schema, value) => {
  expect(readTypedValues({ it: text }, schema === undefined ? undefined : { it: schema })).toEqual({ it: value });
});

test.each<[string, Json | undefined]>([
  ["nothing is declared", undefined],
  ["what is declared is no object of schemas", ["string"]],
  ["a name is that of something which every object has", { it: { type: "string" } }],
])("a value is read as JSON where %s", (_, schemas) => {
  expect(readTypedValues({ toString: "3" }, schemas)).toEqual({ toString: 3 });
});
