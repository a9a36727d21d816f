import { expect, test } from "vitest";
import { StatusOutbox } from "./status-outbox.ts";

interface World {
  readonly outbox: StatusOutbox;
  readonly sent: readonly string[];
  /** How much the socket has not sent yet. */
  load: number;
}

function world(): World {
  const sent: string[] = [];
  const here: World = {
    sent,
    load: 0,
    outbox: new StatusOutbox({
      unsent: () => here.load,
      send: (text) => {
        sent.push(text);
        return true;
      },
    }),
  };
  return here;
}

const FULL = 10_000_000;

test("what there is room for is sent in the order in which it was told", () => {
  const here = world();
  here.outbox.put("a", "a executing");
  here.outbox.flush();
  here.outbox.put("a", "a completed");
  here.outbox.put("b", "b executing");
  here.outbox.flush();
  expect(here.sent).toEqual(["a executing", "a completed", "b executing"]);
});

test("a listener that reads is told every status, also when several come before its turn", () => {
  const here = world();
  here.outbox.put("a", "a executing");
  here.outbox.put("a", "a paused");
  here.load = FULL;
  here.outbox.put("a", "a executing again");
  here.outbox.put("a", "a completed");
  here.load = 0;
  here.outbox.flush();
  expect(here.sent).toEqual(["a executing", "a paused", "a completed"]);
});

test("while there is no room, of each execution only the latest is kept, and none goes backwards when there is", () => {
  const here = world();
  here.load = FULL;
  for (const status of ["executing", "paused", "executing", "completed"]) {
    here.outbox.put("a", `a ${status}`);
    here.outbox.put(`b ${status}`, `b ${status}`);
    here.outbox.flush();
  }
  expect([here.sent, here.outbox.size]).toEqual([[], 4]);
  here.load = 0;
  here.outbox.flush();
  expect(here.sent).toEqual(["b paused", "b executing", "a completed", "b completed"]);
  expect(here.outbox.size).toBe(0);
});

test("a listener that is further behind than 10,000 executions is too far behind", () => {
  const here = world();
  here.load = FULL;
  for (let number = 0; number < 10_000; number += 1) expect(here.outbox.put(`e${number}`, "")).toBe(true);
  expect(here.outbox.put("e1", "again")).toBe(true);
  expect(here.outbox.put("one more", "")).toBe(false);
});
