import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { GuestList } from "./guest-list.ts";

interface Guest extends AsyncDisposable {
  readonly name: string;
}

function house() {
  const clock = new ManualClock();
  const told: string[] = [];
  const busy = new Set<string>();
  const guests = new GuestList<Guest>({ clock, needed: ({ name }) => busy.has(name) });
  let opened = 0;
  const open = (): Guest => {
    const name = `guest ${(opened += 1)}`;
    told.push(`open ${name}`);
    return { name, [Symbol.asyncDispose]: async () => void told.push(`close ${name}`) };
  };
  /** Comes with this configuration; gives a way to leave. */
  const come = (key: string): (() => void) => {
    const left = new AbortController();
    guests.join(key, open, left.signal);
    return () => left.abort();
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await nextTurn();
  };
  return { clock, told, busy, guests, open, come, pass, [Symbol.asyncDispose]: () => guests[Symbol.asyncDispose]() };
}

test("who comes with the same finds what is there; who comes with something else has it opened", async () => {
  await using world = house();
  world.come("a");
  world.come("a");
  world.come("b");
  expect(world.told).toEqual(["open guest 1", "open guest 2"]);
});

test("a minute after the last has gone it is closed, and opened again for the next", async () => {
  await using world = house();
  const [first, second] = [world.come("a"), world.come("a")];
  first();
  await world.pass(3_600_000);
  second();
  await world.pass(59_999);
  expect(world.told).toEqual(["open guest 1"]);
  await world.pass(1);
  expect(world.told).toEqual(["open guest 1", "close guest 1"]);
  world.come("a");
  expect(world.told).toEqual(["open guest 1", "close guest 1", "open guest 2"]);
});

test("who comes back in time keeps it open", async () => {
  await using world = house();
  world.come("a")();
  await world.pass(30_000);
  const leave = world.come("a");
  await world.pass(3_600_000);
  leave();
  await world.pass(30_000);
  expect(world.told).toEqual(["open guest 1"]);
});

test("as long as something is under way for it, it stays", async () => {
  await using world = house();
  world.busy.add("guest 1");
  world.come("a")();
  await world.pass(3_600_000);
  expect(world.told).toEqual(["open guest 1"]);
  world.busy.clear();
  await world.pass(60_000);
  expect(world.told).toEqual(["open guest 1", "close guest 1"]);
});

test("who has gone before being let in keeps nothing open", async () => {
  await using world = house();
  world.guests.join("a", world.open, AbortSignal.abort());
  await world.pass(60_000);
  expect(world.told).toEqual(["open guest 1", "close guest 1"]);
});

test("when the house is closed, everything is, once, and no timer is left", async () => {
  const world = house();
  const leave = world.come("a");
  world.come("b")();
  await world.guests[Symbol.asyncDispose]();
  leave();
  expect(world.told.toSorted()).toEqual(["close guest 1", "close guest 2", "open guest 1", "open guest 2"]);
  expect(world.clock.nextMs).toBeUndefined();
});
