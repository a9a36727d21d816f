import { expect, test } from "vitest";
import { reconnectDelayMs } from "./reconnect-delay.ts";

test.each([
  [0, 0],
  [1, 0],
  [2, 250],
  [3, 500],
  [6, 4_000],
  [9, 30_000],
  [10_000, 30_000],
])("after %i troubles in a row the next connection waits %i ms", (troubles, delayMs) => {
  expect(reconnectDelayMs(troubles)).toBe(delayMs);
});
