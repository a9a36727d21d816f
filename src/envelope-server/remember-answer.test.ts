import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { type IdempotencyStore, rememberAnswer } from "./remember-answer.ts";

test("work is done once for a key, and the answer of that time is given to all that come later", () => {
  const store = new MapStore();
  let done = 0;
  const charge = (): Json => ({ charge: (done += 1) });
  expect(rememberAnswer(store, "acme/charge/k1", charge)).toEqual({ charge: 1 });
  expect(rememberAnswer(store, "acme/charge/k1", charge)).toEqual({ charge: 1 });
  expect(rememberAnswer(store, "acme/charge/k2", charge)).toEqual({ charge: 2 });
});

test("an answer of null is remembered too", () => {
  const store = new MapStore();
  let done = 0;
  const work = (): Json => {
    done += 1;
    return null;
  };
  expect([rememberAnswer(store, "k", work), rememberAnswer(store, "k", work), done]).toEqual([null, null, 1]);
});

test("work that fails is not remembered", () => {
  const store = new MapStore();
  expect(() =>
    rememberAnswer(store, "k", () => {
      throw new Error("closed");
    }),
  ).toThrow("closed");
  expect(rememberAnswer(store, "k", () => "open")).toBe("open");
});

test("without a key the work is done each time", () => {
  const store = new MapStore();
  let done = 0;
  const work = (): Json => (done += 1);
  expect([rememberAnswer(store, undefined, work), rememberAnswer(store, undefined, work)]).toEqual([1, 2]);
});

class MapStore implements IdempotencyStore {
  readonly #answers = new Map<string, Json>();

  find(key: string): Json | undefined {
    return this.#answers.get(key);
  }

  keep(key: string, answer: Json): void {
    if (this.#answers.has(key)) throw new Error(`there is an answer for ${key} already`);
    this.#answers.set(key, answer);
  }
}
