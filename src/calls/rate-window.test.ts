import fc from "fast-check";
import { expect, test } from "vitest";
import type { RateLimit } from "../model/server.ts";
import { RateWindow } from "./rate-window.ts";

/** Whether more calls than that were sent in some span: then one of them and the one so many after it are too near. */
function exceeds({ count, perMs }: RateLimit, sentMs: readonly number[]): boolean {
  return sentMs.some((atMs, place) => (sentMs[place + count] ?? Infinity) - atMs < perMs);
}

test("two spans side by side do not let twice as many through", () => {
  const window = new RateWindow({ count: 2, perMs: 1_000 });
  const sent: number[] = [];
  for (let nowMs = 900; nowMs < 5_000; nowMs += 10) {
    if (!window.hasRoom(nowMs)) continue;
    window.takeTurn();
    window.sendInTurn(nowMs);
    sent.push(nowMs);
  }
  expect(sent).toEqual([900, 910, 1_910, 1_920, 2_920, 2_930, 3_930, 3_940, 4_940, 4_950]);
});

test("a turn counts until its call is sent, and from then on for the whole span", () => {
  const window = new RateWindow({ count: 1, perMs: 1_000 });
  window.takeTurn();
  expect(window.hasRoom(50_000)).toBe(false);
  expect(window.opensMs).toBeUndefined();
  window.sendInTurn(50_000);
  expect(window.opensMs).toBe(51_010);
  expect(window.hasRoom(51_009)).toBe(false);
  expect(window.hasRoom(51_010)).toBe(true);
});

test("a turn that is given back makes room at once", () => {
  const window = new RateWindow({ count: 1, perMs: 1_000 });
  window.takeTurn();
  expect(window.isIdle(0)).toBe(false);
  window.giveBack();
  expect(window.hasRoom(0)).toBe(true);
  expect(window.isIdle(0)).toBe(true);
});

test("what is sent without a turn takes room from the next", () => {
  const window = new RateWindow({ count: 2, perMs: 1_000 });
  window.takeTurn();
  window.sendInTurn(0);
  for (const nowMs of [10, 20]) window.send(nowMs);
  expect(window.hasRoom(1_010)).toBe(false);
  expect(window.hasRoom(1_020)).toBe(true);
});

const LIMIT: fc.Arbitrary<RateLimit> = fc.record({
  count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1_001, max: 1_200 })),
  perMs: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.constant(60_000)),
});

const STEP = fc.record({
  type: fc.constantFrom("take" as const, "take" as const, "send" as const, "send" as const, "give back" as const, "wait" as const),
  calls: fc.integer({ min: 1, max: 600 }),
});

test("in no history are more calls sent in any span than the limit says, and none waits for ever", () => {
  fc.assert(
    fc.property(LIMIT, fc.array(STEP, { maxLength: 60, size: "max" }), (limit, steps) => {
      const window = new RateWindow(limit);
      const sent: number[] = [];
      let [turns, nowMs] = [0, 0.5];
      const once = {
        take() {
          if (!window.hasRoom(nowMs)) return;
          window.takeTurn();
          turns += 1;
        },
        send() {
          if (turns === 0) return;
          window.sendInTurn(nowMs);
          sent.push(nowMs);
          turns -= 1;
        },
        "give back"() {
          if (turns === 0) return;
          window.giveBack();
          turns -= 1;
        },
        wait: () => void (nowMs += limit.perMs / 300),
      };
      for (const { type, calls } of steps) for (let call = 0; call < calls; call += 1) once[type]();
      expect(exceeds(limit, sent)).toBe(false);
      for (; turns > 0; turns -= 1) window.giveBack();
      // Moments may have been rounded up by a thousandth.
      expect(window.isIdle(nowMs + limit.perMs * 1.001 + 10)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("the moments of a large limit are rounded to where they let fewer through", () => {
  const window = new RateWindow({ count: 2_000, perMs: 60_000 });
  for (let call = 0; call < 2_000; call += 1) window.send(1);
  expect(window.hasRoom(60_010)).toBe(false);
  expect(window.opensMs).toBe(60_070);
  expect(window.hasRoom(60_070)).toBe(true);
});

test("a large limit costs no more memory than a small one", () => {
  const window = new RateWindow({ count: 1_000_000, perMs: 86_400_000 });
  const before = process.memoryUsage().heapUsed;
  for (let call = 0; call < 900_000; call += 1) {
    window.takeTurn();
    window.sendInTurn(call * 96);
  }
  expect(window.hasRoom(900_000 * 96)).toBe(true);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(16_000_000);
});
