import { expect, test } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const NOW_MS = Date.parse("Fri, 20 Nov 2026 10:00:00 GMT");

test.each([
  ["7", 7_000],
  [" 0 ", 0],
  ["1.5", 1_500],
  ["Fri, 20 Nov 2026 10:00:30 GMT", 30_000],
  ["Fri, 20 Nov 2026 09:00:00 GMT", 0],
  ["9999999999", 86_400_000],
  ["soon", undefined],
  ["-3x", undefined],
  ["", undefined],
  [undefined, undefined],
])("reads %j as %j ms", (header, waitMs) => {
  expect(parseRetryAfter(header, NOW_MS)).toBe(waitMs);
});
