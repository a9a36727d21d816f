import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { createProgressGate } from "./progress-gate.ts";

test("ten progress messages of a call pass in each second, and everything else always", () => {
  const clock = new ManualClock();
  const admits = createProgressGate(clock);
  const progress = (progressToken: number): boolean =>
    admits({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, progress: 1 } });
  const passed = (token: number): number => Array.from({ length: 50 }, () => progress(token)).filter(Boolean).length;

  expect(passed(1)).toBe(10);
  expect(passed(2)).toBe(10);
  expect(admits({ jsonrpc: "2.0", method: "notifications/tools/list_changed" })).toBe(true);
  clock.advance(999);
  expect(passed(1)).toBe(0);
  clock.advance(1);
  expect(passed(1)).toBe(10);
  expect(admits({ jsonrpc: "2.0", id: 1, result: {} })).toBe(true);
});
