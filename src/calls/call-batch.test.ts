import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { callBatch } from "./call-batch.ts";

const NEVER = new AbortController().signal;

/** Calls that a test ends, and how many were on their way at once at most. */
class Calls {
  readonly begun: number[] = [];
  most = 0;
  readonly #ends = new Map<number, (error?: Error) => void>();

  readonly call = async (item: number): Promise<string> => {
    this.begun.push(item);
    await new Promise<void>((resolve, reject) => {
      this.#ends.set(item, (error) => (error === undefined ? resolve() : reject(error)));
      this.most = Math.max(this.most, this.#ends.size);
    });
    return `answer ${item}`;
  };

  get onTheirWay(): readonly number[] {
    return [...this.#ends.keys()];
  }

  async end(item: number, error?: Error): Promise<void> {
    this.#ends.get(item)?.(error);
    this.#ends.delete(item);
    await nextTurn();
  }
}

test("the next begins as soon as one has ended, although others of its time are slow", async () => {
  const calls = new Calls();
  const batch = callBatch([0, 1, 2, 3, 4, 5, 6, 7], calls.call, { signal: NEVER });
  expect(calls.begun).toEqual([0, 1, 2, 3, 4]);
  await calls.end(3);
  await calls.end(1);
  await calls.end(5);
  expect(calls.onTheirWay).toEqual([0, 2, 4, 6, 7]);
  for (const item of calls.onTheirWay) await calls.end(item);
  expect(await batch).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((item) => ({ ok: true, value: `answer ${item}` })));
});

test("one that fails is told in its place, and the others are made", async () => {
  const failure = new Error("no");
  const call = async (item: number): Promise<number> => {
    await nextTurn();
    if (item === 2) throw failure;
    return item;
  };
  expect(await callBatch([1, 2, 3], call, { atOnce: 1, signal: NEVER })).toEqual([
    { ok: true, value: 1 },
    { ok: false, error: failure },
    { ok: true, value: 3 },
  ]);
});

test("after an abort nothing is begun, and what is on its way ends as it does", async () => {
  const calls = new Calls();
  const stop = new AbortController();
  const given: AbortSignal[] = [];
  const call = async (item: number, signal: AbortSignal): Promise<string> => {
    given.push(signal);
    return await calls.call(item);
  };
  const batch = callBatch([0, 1, 2, 3], call, { atOnce: 2, signal: stop.signal });
  const reason = new Error("enough");
  stop.abort(reason);
  await calls.end(0);
  await calls.end(1, new Error("cancelled"));
  expect(await batch).toEqual([
    { ok: true, value: "answer 0" },
    { ok: false, error: new Error("cancelled") },
    { ok: false, error: reason },
    { ok: false, error: reason },
  ]);
  expect(given).toEqual([stop.signal, stop.signal]);
});

test.each([0, -1, 1.5, Number.NaN, 1_001])("%s at once is refused", async (atOnce) => {
  await expect(callBatch([1], () => Promise.resolve(1), { atOnce, signal: NEVER })).rejects.toMatchObject({ code: "input.invalid" });
});

test("whatever order calls end in, there are never too many at once, and answers stand where their items do", async () => {
  const order = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 8 }), order, async (count, atOnce, picks) => {
      const calls = new Calls();
      const items = Array.from({ length: count }, (_, item) => item);
      const batch = callBatch(items, calls.call, { atOnce, signal: NEVER });
      for (const pick of picks) {
        const item = calls.onTheirWay[pick % Math.max(1, calls.onTheirWay.length)];
        if (item !== undefined) await calls.end(item);
      }
      expect((await batch).map((end) => end.ok && end.value)).toEqual(items.map((item) => `answer ${item}`));
      expect(calls.most).toBe(Math.min(count, atOnce));
    }),
    { numRuns: 60 },
  );
});
