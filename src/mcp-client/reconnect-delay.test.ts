import { expect, test } from "vitest";
import { reconnectDelayMs, wasStable } from "./reconnect-delay.ts";

test.each([
  [0, 0, 0],
  [1, 0, 0],
  [2, 250, 250],
  [3, 500, 500],
  [6, 4_000, 4_000],
  [9, 30_000, 5_000],
  [10_000, 30_000, 5_000],
])(
  "after %i troubles in a row the next process waits %i ms, the next connection over a network %i ms",
  (troubles, processMs, networkMs) => {
    expect(reconnectDelayMs(troubles, "process")).toBe(processMs);
    expect(reconnectDelayMs(troubles, "network")).toBe(networkMs);
  },
);

test.each([
  [0, 4_999, false],
  [0, 5_000, true],
  [3, 5_000, true],
  [5, 5_000, false],
  [5, 20_000, true],
  [10_000, 59_999, false],
  [10_000, 60_000, true],
])("after %i troubles in a row a process that lived %i ms was a stable one: %s", (troubles, livedMs, stable) => {
  expect(wasStable(livedMs, troubles, "process")).toBe(stable);
});
