import { expect, test } from "vitest";
import { jsonExceeds } from "./json.ts";

test.each([
  ["a".repeat(58), false],
  ["a".repeat(59), true],
  ["é".repeat(29), false],
  ["é".repeat(30), true],
  ["\u2028".repeat(20), true],
  ["\u0001".repeat(9), false],
  ["\u0001".repeat(10), true],
  ['"'.repeat(30), true],
])("what does not fit into 60 bytes is told by its bytes, not by its characters: %j", (text, exceeds) => {
  expect(jsonExceeds(text, 60)).toBe(exceeds);
  expect(Buffer.byteLength(JSON.stringify(text)) > 60).toBe(exceeds);
});
