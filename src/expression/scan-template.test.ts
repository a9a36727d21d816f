import { describe, expect, test } from "vitest";
import { scanTemplate, wholeExpression } from "./scan-template.ts";

/** Segments in short: text as it is, expressions as their source and offset. */
function scan(text: string): readonly (string | readonly [string, number])[] {
  return scanTemplate(text).map((segment) => {
    switch (segment.kind) {
      case "text":
        return segment.text;
      case "expression":
        return [segment.source, segment.offset];
      case "unterminated":
        return ["unterminated", segment.offset];
    }
  });
}

describe("scanTemplate splits a string into text and expressions", () => {
  test.each([
    ["", []],
    ["plain", ["plain"]],
    ["${{ a }}", [["a", 4]]],
    ["${{a}}", [["a", 3]]],
    ["x ${{ a }} y ${{ b }}", ["x ", ["a", 6], " y ", ["b", 17]]],
    [
      "${{ a }}${{ b }}",
      [
        ["a", 4],
        ["b", 12],
      ],
    ],
    ["a {{ b }} $ { ${ }}", ["a {{ b }} $ { ${ }}"]],
    ["${{\n  a &&\n  b\n}}", [["a &&\n  b", 6]]],
  ])("%j", (text, segments) => {
    expect(scan(text)).toEqual(segments);
  });
});

describe("braces that do not end an expression", () => {
  test.each([
    ["in double quotes", '${{ "}}" }}', '"}}"'],
    ["in single quotes", "${{ '}}' }}", "'}}'"],
    ["behind an escaped quote", String.raw`${"${{"} "\"}}" }}`, String.raw`"\"}}"`],
    ["in triple quotes", '${{ """a " }} b""" }}', '"""a " }} b"""'],
    ["of nested objects", '${{ {"a": {"b": 1}} }}', '{"a": {"b": 1}}'],
    ["of nested objects without space", '${{{"a":{"b":1}}}}', '{"a":{"b":1}}'],
    ["the quote in a comment", "${{ a // it's\n + b }}", "a // it's\n + b"],
  ])("%s", (_where, text, source) => {
    expect(scanTemplate(text)).toEqual([{ kind: "expression", source, offset: text.indexOf(source) }]);
  });

  test("a comment does not hide the end of the expression", () => {
    expect(scan("${{ a // it's }} b")).toEqual([["a // it's", 4], " b"]);
  });
});

describe("dollars before {{ are halved, and an odd one begins an expression", () => {
  test.each([
    ["$${{ a }}", ["${{ a }}"]],
    ["$$${{ a }}", ["$", ["a", 6]]],
    ["$$$${{ a }}", ["$${{ a }}"]],
    ["cost: $$ and $5", ["cost: $$ and $5"]],
    ["$${{ a }} then ${{ b }}", ["${{ a }} then ", ["b", 19]]],
  ])("%s", (text, segments) => {
    expect(scan(text)).toEqual(segments);
  });
});

describe("an expression that is not closed is reported with its place", () => {
  test.each([
    ["a ${{ b", 2],
    ["a ${{ b }", 2],
    ["${{ a }} ${{ 'it }}", 9],
    ['${{ {"a": 1 }}', 0],
  ])("%s", (text, offset) => {
    expect(scanTemplate(text).at(-1)).toEqual({ kind: "unterminated", offset, length: text.length - offset });
  });
});

test("a string is one whole expression when there is only white space around it", () => {
  expect(wholeExpression(scanTemplate("${{ a }}\n"))?.source).toBe("a");
  expect(wholeExpression(scanTemplate("${{ a }}!"))).toBeUndefined();
  expect(wholeExpression(scanTemplate("${{ a }}${{ b }}"))).toBeUndefined();
  expect(wholeExpression(scanTemplate("  "))).toBeUndefined();
});

test("a long string of openings is scanned in linear time", () => {
  expect(scanTemplate("$".repeat(200_000) + "{".repeat(200_000)).length).toBe(1);
  expect(scanTemplate("${{ a }}".repeat(50_000)).length).toBe(50_000);
});
