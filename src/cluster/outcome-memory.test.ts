import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { outcomeMemory } from "./outcome-memory.ts";

test("a result is remembered for ten minutes", () => {
  const clock = new ManualClock();
  const memory = outcomeMemory(clock);
  memory.keep("a", { kind: "succeeded", output: 1 });
  clock.advance(600_000);
  expect(memory.recall("a")).toEqual({ kind: "succeeded", output: 1 });
  clock.advance(1);
  expect([memory.recall("a"), memory.recall("b")]).toEqual([undefined, undefined]);
});

test("results do not fill the memory: the oldest go first, and one that is larger than all is not kept", () => {
  const memory = outcomeMemory(new ManualClock());
  const large = "x".repeat(50 * 2 ** 20);
  for (const key of ["a", "b", "c"]) memory.keep(key, { kind: "succeeded", output: large });
  memory.keep("huge", { kind: "succeeded", output: "x".repeat(140 * 2 ** 20) });
  expect(["a", "b", "c", "huge"].map((key) => memory.recall(key) !== undefined)).toEqual([false, true, true, false]);
});
