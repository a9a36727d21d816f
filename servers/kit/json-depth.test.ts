import { expect, test } from "vitest";
import { jsonDepth } from "./json-depth.ts";

test.each<readonly [string, number]>([
  ["", 0],
  ["1", 0],
  ["[]", 1],
  ['{"a":[{"b":1}],"c":[]}', 3],
  ['["[[[[", "\\"[[", "\\\\"]', 1],
  ['["[[', 1],
  ['"\\', 0],
])("%s is nested %i deep", (text, depth) => {
  expect(jsonDepth(text)).toBe(depth);
});

test("a text that is only made to be read for ever is read once", () => {
  expect(jsonDepth(`["${'\\"'.repeat(400_000)}`)).toBe(1);
  expect(jsonDepth(`["${"a".repeat(800_000)}"]`)).toBe(1);
  expect(jsonDepth("[".repeat(800_000))).toBe(800_000);
});
