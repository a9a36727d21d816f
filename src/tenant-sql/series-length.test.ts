import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { seriesLength } from "./series-length.ts";

test.each<[readonly (Json | undefined)[], number]>([
  [[1, 10], 10],
  [[1, 10, 3], 4],
  [[10, 1], 0],
  [[10, 1, -1], 10],
  [["1", "10"], 10],
  [[0, 1e9], 1_000_000_001],
  [[0, 1, 0.001], 1_001],
  [["2024-01-01", "2024-01-31", "1 day"], 31],
  [["2024-01-01T00:00:00Z", "2024-01-02 12:00", "1 hour"], 25],
  [["2024-03-01", "2024-01-01", "-1 month"], 3],
])("a series %j has at most %i rows, give or take a day", (limits, length) => {
  expect(seriesLength(limits)).toBe(length);
});

test.each<[readonly (Json | undefined)[]]>([
  [[1, undefined]],
  [[undefined, 10]],
  [[1, null]],
  [["a", "b"]],
  [["2024-01-01", "2024-01-31"]],
  [["2024-01-01", "2024-01-31", "1 microsecond"]],
  [["2024-01-01", "infinity", "1 day"]],
  [["2024-01-01", "2024-01-31", "1 day ago"]],
  [[1, Number.POSITIVE_INFINITY]],
  [[1, 10, 0]],
])("how long a series %j is cannot be told, or it has no end", (limits) => {
  expect(Number.isFinite(seriesLength(limits))).toBe(false);
});
