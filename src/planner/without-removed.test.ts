import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { withoutRemoved } from "./without-removed.ts";

const before = { properties: { a: {}, b: { items: { properties: { c: {} } } } } };

test.each<readonly [string, JsonObject, JsonObject]>([
  ["one that is gone", { properties: { b: {} } }, { properties: { a: false, b: { properties: {} } } }],
  [
    "one that is gone further down",
    { properties: { a: {}, b: { items: { properties: { d: {} } } } } },
    { properties: { a: { properties: {} }, b: { properties: {}, items: { properties: { c: false, d: {} } } } } },
  ],
  ["all", {}, { properties: { a: false, b: false } }],
  ["none, where others have a schema", { additionalProperties: {} }, { additionalProperties: {}, properties: {} }],
  ["none, where it may stand elsewhere", { allOf: [{ properties: { a: {} } }] }, { allOf: [{ properties: { a: {} } }] }],
])("properties that an earlier schema had are surely not there: %s", (_, after, expected) => {
  expect(withoutRemoved(before, after)).toEqual(expected);
});
