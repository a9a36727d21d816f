import { expect, test } from "vitest";
import { matches } from "./wildcard.ts";

test.each([
  ["data:read", "data:read", true],
  ["data:read", "data:reading", false],
  ["data:*", "data:read", true],
  ["data:*", "data:read:all", false],
  ["data:**", "data:read:all", true],
  ["*", "data:read/all", true],
  ["**", "", true],
  ["/reports/*", "/reports/a.csv", true],
  ["/reports/*", "/reports/a/b.csv", false],
  ["/reports/**", "/reports/a/b.csv", true],
  ["/reports/**", "/reports", false],
  ["*_model", "train_model", true],
  ["a*b*c", "a1b2c", true],
  ["a*b*c", "a1b2", false],
  ["a***b", "a/x:b", true],
  [".*", "xx", false],
  ["[a-z]", "b", false],
  ["😀*", "😀😀", true],
  ["a", "A", false],
  ["", "", true],
  ["", "a", false],
])('the pattern "%s" and the text "%s": %s', (pattern, text, fits) => {
  expect(matches(pattern, text)).toBe(fits);
});

test("no pattern takes long", () => {
  expect(matches("*a".repeat(100), "a".repeat(1_000))).toBe(true);
  expect(matches(`${"**a".repeat(66)}b`, "a".repeat(1_000))).toBe(false);
});
