import fc from "fast-check";
import { expect, test } from "vitest";
import { RetryTokens } from "./retry-tokens.ts";

function takeAll(tokens: RetryTokens, nowMs: number): number {
  let taken = 0;
  while (tokens.take(nowMs)) taken += 1;
  return taken;
}

test("a hundred repetitions are possible at first, and then a fifth of the first attempts and one per second", () => {
  const tokens = new RetryTokens({ share: 0.2, perSecond: 1 }, 0);
  expect(takeAll(tokens, 0)).toBe(100);
  for (let attempt = 0; attempt < 50; attempt += 1) tokens.deposit(0);
  expect(takeAll(tokens, 0)).toBe(10);
  expect(takeAll(tokens, 3_000)).toBe(3);
  expect(takeAll(tokens, 1_000_000)).toBe(100);
});

test("it says how long to wait for the next", () => {
  const tokens = new RetryTokens({ share: 0.5, perSecond: 2 }, 0);
  expect(tokens.waitMs(0)).toBe(0);
  takeAll(tokens, 0);
  expect(tokens.waitMs(0)).toBe(500);
  tokens.deposit(0);
  expect(tokens.waitMs(0)).toBe(250);
  expect(tokens.waitMs(100)).toBeCloseTo(150);
  expect(tokens.take(250)).toBe(true);
});

test("where none is earned with time there is no next", () => {
  const tokens = new RetryTokens({ share: 0.1, perSecond: 0 }, 0);
  takeAll(tokens, 0);
  expect(tokens.waitMs(5_000)).toBeUndefined();
  for (let attempt = 0; attempt < 10; attempt += 1) tokens.deposit(5_000);
  expect(takeAll(tokens, 5_000)).toBe(1);
});

const BUDGET = fc.record({ share: fc.constantFrom(0, 0.1, 0.2, 0.3, 1), perSecond: fc.constantFrom(0, 0.5, 1, 10) });
const ACTIONS = fc.array(fc.constantFrom("attempt" as const, "repeat" as const, "repeat" as const, "wait" as const), {
  maxLength: 600,
  size: "max",
});

test("in no history are there more repetitions than a hundred, the share and those of the time together", () => {
  fc.assert(
    fc.property(BUDGET, ACTIONS, (budget, actions) => {
      const tokens = new RetryTokens(budget, 0);
      let [attempts, repeated, nowMs] = [0, 0, 0];
      const acts = {
        attempt() {
          tokens.deposit(nowMs);
          attempts += 1;
        },
        repeat: () => void (repeated += tokens.take(nowMs) ? 1 : 0),
        wait: () => void (nowMs += 37),
      };
      for (const action of actions) acts[action]();
      expect(repeated).toBeLessThanOrEqual(100 + attempts * budget.share + (nowMs / 1_000) * budget.perSecond + 1e-6);
    }),
    { numRuns: 300 },
  );
});
