import { expect, test } from "vitest";
import { readPairs } from "./read-pairs.ts";

test("key=value may have anything behind the first =", () => {
  expect(readPairs(["a=1", "b=x=y", "c=", "a=2"], "-p")).toEqual({ a: "2", b: "x=y", c: "" });
});

test.each(["novalue", "=x", ""])("%j is no pair", (word) => {
  expect(() => readPairs([word], "-p")).toThrow(`-p takes key=value, not "${word}"`);
});
