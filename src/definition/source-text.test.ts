import { expect, test } from "vitest";
import { sourceText } from "./source-text.ts";

const ABOUT = { code: "wrong", severity: "error", message: "it is wrong" } as const;

test("a problem comes with its line, which begins behind a mark and ends before a carriage return", () => {
  const text = sourceText("\ufeffid: w\r\nsteps: 5\r\n", "w.yaml");
  expect(text.located({ ...ABOUT, span: { start: 14, end: 15 } })).toMatchObject({ line: 2, column: 8, length: 1, source: "steps: 5" });
});

test("of a line without an end a problem brings the beginning at most, and nothing when it is far behind that", () => {
  const text = sourceText(`{"a": "${"x".repeat(1_000_000)}"}`, "w.json");
  const near = text.located({ ...ABOUT, span: { start: 6, end: 900_000 } });
  expect([near.column, near.source.length]).toEqual([7, 4_000]);
  const far = text.located({ ...ABOUT, span: { start: 500_000, end: 500_001 } });
  expect([far.column, far.source]).toEqual([500_001, ""]);
});
