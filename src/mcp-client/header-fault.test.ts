import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { headerFault } from "./header-fault.ts";

function schemaOf(properties: JsonObject): JsonObject {
  return { type: "object", properties };
}

test.each<readonly [string, JsonObject]>([
  ["none", { region: { type: "string" } }],
  ["one", { region: { type: "string", "x-mcp-header": "Region" } }],
  ["an integer and a boolean", { a: { type: "integer", "x-mcp-header": "A" }, b: { type: "boolean", "x-mcp-header": "B" } }],
  ["one within an object", { at: { type: "object", properties: { region: { type: "string", "x-mcp-header": "Region" } } } }],
])("headers are fine: %s", (_, properties) => {
  expect(headerFault(schemaOf(properties))).toBeUndefined();
});

test.each<readonly [string, JsonObject, RegExp]>([
  ["no name", { region: { type: "string", "x-mcp-header": "" } }, /no name/],
  ["a name that is none", { region: { type: "string", "x-mcp-header": 7 } }, /no name/],
  ["a space", { region: { type: "string", "x-mcp-header": "My Region" } }, /no name/],
  ["a colon", { region: { type: "string", "x-mcp-header": "Region:" } }, /no name/],
  ["a line break", { region: { type: "string", "x-mcp-header": "Region\r\nX: 1" } }, /no name/],
  ["another alphabet", { region: { type: "string", "x-mcp-header": "Régïon" } }, /no name/],
  ["an object", { region: { type: "object", "x-mcp-header": "Region" } }, /no string/],
  ["a number", { region: { type: "number", "x-mcp-header": "Region" } }, /no string/],
  ["the same twice", { a: { type: "string", "x-mcp-header": "R" }, b: { type: "string", "x-mcp-header": "r" } }, /two arguments/],
  ["at an element", { list: { type: "array", items: { type: "string", "x-mcp-header": "R" } } }, /no property/],
])("headers are at fault: %s", (_, properties, why) => {
  expect(headerFault(schemaOf(properties))).toMatch(why);
});
