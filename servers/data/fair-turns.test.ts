import { expect, test } from "vitest";
import { fairTurns } from "./fair-turns.ts";

const NEVER = new AbortController().signal;

test("one tenant never has all turns, and those who wait go in order as turns end", async () => {
  const turns = fairTurns({ atOnce: 2, waitingMax: 10 });
  const order: string[] = [];
  const take = async (tenant: string, name: string): Promise<Disposable> => {
    const turn = await turns.take(tenant, NEVER);
    order.push(name);
    return turn;
  };
  const first = await take("greedy", "first");
  const second = take("greedy", "second");
  const third = take("greedy", "third");
  const other = await take("other", "other");
  expect(order).toEqual(["first", "other"]);
  expect([turns.running, turns.waiting]).toEqual([2, 2]);
  other[Symbol.dispose]();
  expect(turns.running).toBe(1);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  expect(order).toEqual(["first", "other", "second", "third"]);
  expect([turns.running, turns.waiting]).toEqual([0, 0]);
});

test("who gives up while waiting is not let in, and when too many wait the next is refused", async () => {
  const turns = fairTurns({ atOnce: 1, waitingMax: 1 });
  const running = await turns.take("a", NEVER);
  const gone = new AbortController();
  const waiting = turns.take("a", gone.signal);
  await expect(turns.take("b", NEVER)).rejects.toThrow("too many queries are waiting");
  gone.abort();
  await expect(waiting).rejects.toThrow("given up");
  running[Symbol.dispose]();
  expect([turns.running, turns.waiting]).toEqual([0, 0]);
});
