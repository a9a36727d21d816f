import { expect, test } from "vitest";
import { tooDeep } from "./too-deep.ts";

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

test.each([
  [0, false],
  [128, false],
  [129, true],
  [100_000, true],
])("a value that is nested %d levels deep: %s", (levels, deep) => {
  expect(tooDeep(nested(levels))).toBe(deep);
});

test("a broad value is not deep", () => {
  expect(tooDeep(Array.from({ length: 100_000 }, () => [{ a: [1, 2, 3] }]))).toBe(false);
});
