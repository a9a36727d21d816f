import { expect, test } from "vitest";
import { exitCodeOf, worstExitCode } from "./exit-code.ts";

test.each([
  ["completed", 0],
  ["partial_success", 2],
  ["failed", 1],
  ["failed_with_rollback", 1],
  ["rollback_failed", 1],
  ["validation_failed", 1],
  ["cancelled", 1],
] as const)("%s exits with %i", (outcome, code) => {
  expect(exitCodeOf({ outcome })).toBe(code);
});

test("an execution without an outcome exits with 3", () => {
  expect(exitCodeOf({})).toBe(3);
});

test.each([
  [[], 0],
  [[0, 0], 0],
  [[0, 2], 2],
  [[2, 3, 0], 3],
  [[3, 1, 2], 1],
])("of %j the worst is %i", (codes, worst) => {
  expect(worstExitCode(codes)).toBe(worst);
});
