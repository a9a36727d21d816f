import { expect, test } from "vitest";
import type { Json, JsonObject } from "../base/json.ts";
import { outputOfResult, textOfResult } from "./output-of-result.ts";

const text = (words: string): JsonObject => ({ type: "text", text: words });
const image: JsonObject = { type: "image", data: "AAAA", mimeType: "image/png" };

test.each<[string, JsonObject, Json]>([
  ["structured content", { structuredContent: { total: 1 }, content: [text("one")] }, { total: 1 }],
  ["structured content that is a list", { structuredContent: [1, 2] }, [1, 2]],
  ["structured content that is null", { structuredContent: null, content: [text("1")] }, null],
  ["a single text that is JSON", { content: [text(' {"total": 1} ')] }, { total: 1 }],
  ["a single text that is a number", { content: [text("42")] }, 42],
  ["a single text that is no JSON", { content: [text("42 apples")] }, { text: "42 apples" }],
  ["a single text that only begins like JSON", { content: [text("[draft] hello")] }, { text: "[draft] hello" }],
  ["several texts, also when each is JSON", { content: [text("1"), text("2")] }, { text: "1\n2" }],
  ["no content at all", { content: [] }, { text: "" }],
  ["a result without content", {}, { text: "" }],
  ["an image", { content: [image] }, { content: [image] }],
  ["an image among text", { content: [text("look"), image] }, { content: [text("look"), image] }],
])("the output of %s", (_, result, output) => {
  expect(outputOfResult(result)).toEqual(output);
});

test("the text of a result leaves out what is no text", () => {
  expect(textOfResult({ content: [text("a"), image, text("b")] })).toBe("a\nb");
});
