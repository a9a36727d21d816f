import { expect, test } from "vitest";
import { jsonRow } from "./json-row.ts";

test.each([
  ["text", "text"],
  [1.5, 1.5],
  [true, true],
  [null, null],
  [undefined, null],
  [9007199254740993n, "9007199254740993"],
  [Number.NaN, "NaN"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
  [new Date("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00.000Z"],
  [new Date(Number.NaN), "Invalid Date"],
  [Uint8Array.of(1, 255), "Af8="],
  [Buffer.from("hi"), "aGk="],
  [
    [1n, [null]],
    ["1", [null]],
  ],
  [
    { a: [new Date(0)], b: 2n },
    { a: ["1970-01-01T00:00:00.000Z"], b: "2" },
  ],
])("a column with %s is %j in JSON", (value, json) => {
  expect(jsonRow({ column: value })).toEqual({ column: json });
});
