import { expect, test } from "vitest";
import { oneLine, safeLines } from "./safe-text.ts";

test.each([
  ["plain text", "plain text"],
  ["two\nlines\tand  more", "two lines and more"],
  ["\u001b[31mred\u001b[0m", "[31mred[0m"],
  ["title\u001b]0;owned\u0007", "title]0;owned"],
  ["a\u202eb\u2066c", "abc"],
  ["bell\u0007 null\u0000", "bell null"],
  ["half \ud800 of a character", "half  of a character"],
  ["Grüße, 世界 🙂", "Grüße, 世界 🙂"],
])("%j is shown as %j", (text, shown) => {
  expect(oneLine(text)).toBe(shown);
});

test("long text is cut, however long it is", () => {
  expect(oneLine("x".repeat(50), 10)).toBe("xxxxxxxxx…");
  expect(oneLine("y".repeat(10_000_000), 5)).toBe("yyyy…");
});

test("lines stay lines", () => {
  expect(safeLines("a\r\n\tb\u001b[2J\nc")).toEqual(["a", "  b[2J", "c"]);
});
