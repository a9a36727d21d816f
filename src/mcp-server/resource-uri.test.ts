import { expect, test } from "vitest";
import { readResourceUri } from "./resource-uri.ts";

test.each([
  ["tutti://workflows/greet-2", { kind: "workflow", id: "greet-2" }],
  ["tutti://executions/0193f2c7-89ab-7cde", { kind: "execution", id: "0193f2c7-89ab-7cde" }],
  ["tutti://executions/0193f2c7-89ab-7cde/journal", { kind: "journal", id: "0193f2c7-89ab-7cde" }],
  ["tutti://workflows/", undefined],
  ["tutti://workflows/Greet", undefined],
  ["tutti://workflows/a/b", undefined],
  ["tutti://executions/a/journal/b", undefined],
  ["tutti://executions/../../etc/passwd", undefined],
  ["file:///etc/passwd", undefined],
  ["", undefined],
])("%s names %j", (uri, ref) => {
  expect(readResourceUri(uri)).toEqual(ref);
});
