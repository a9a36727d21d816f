import { resolve } from "node:path";
import { expect, test } from "vitest";
import { exchangeDirectory, listSetting, numberSetting, stateDirectory, textSetting } from "./server-settings.ts";

const RANGE = { fallback: 7, min: -1, max: 100 };

test.each([
  [undefined, 7],
  ["", 7],
  ["  ", 7],
  ["5", 5],
  [" 5 ", 5],
  ["-1", -1],
  ["100", 100],
])("the number %j is %s", (text, value) => {
  expect(numberSetting({ N: text }, "N", RANGE)).toBe(value);
});

test.each(["101", "-2", "1.5", "1e1", "0x10", "five", "NaN", "Infinity", "1,000", "9".repeat(400)])("%s is no number here", (text) => {
  expect(() => numberSetting({ N: text }, "N", RANGE)).toThrow("a whole number from -1 to 100 is wanted");
});

test("lists and texts are without spaces around them, and what is empty is not there", () => {
  expect(listSetting({ L: " a, ,b,, c d " }, "L")).toEqual(["a", "b", "c d"]);
  expect(listSetting({}, "L")).toEqual([]);
  expect(textSetting({ T: " " }, "T")).toBeUndefined();
  expect(textSetting({ T: " x " }, "T")).toBe("x");
});

test("folders are below the working directory unless they are named", () => {
  expect(stateDirectory("data", {})).toBe(resolve(".tutti/servers/data"));
  expect(stateDirectory("data", { STATE_DIR: "/a/../b" })).toBe("/b");
  expect(exchangeDirectory({})).toBe(resolve(".tutti/exchange"));
});
