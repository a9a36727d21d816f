import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { refuse } from "../reference-server.ts";
import { type DeliveryOutcome, type LeasedDelivery, openOutbox, OUTBOX_SCHEMA, type OutboxLimits } from "./outbox.ts";
import { openState, type State } from "./state.ts";

const LONG = { timeout: 20_000, interval: 5 };

test("a delivery is given to the receiver and is known to have arrived", async () => {
  const { outbox, receiver, clock, add } = opened();
  add("d-1");
  clock.advance(0);
  await receiver.answers("d-1", { kind: "delivered", answer: { taken: true } });
  await vi.waitFor(
    () => expect(outbox.find("acme", "d-1")).toMatchObject({ status: "delivered", attempts: 1, answer: { taken: true } }),
    LONG,
  );
  expect(outbox.counts("acme")).toEqual({ pending: 0, later: 0, delivered: 1, dead: 0, inFlight: 0 });
  expect(outbox.find("globex", "d-1")).toBeUndefined();
});

test("a transaction that is undone leaves nothing to deliver", () => {
  const { outbox, receiver, clock, state } = opened();
  const undone = (): void => {
    state.transaction(() => {
      outbox.add(delivery("d-1"));
      throw new Error("undone");
    });
  };
  expect(undone).toThrow("undone");
  clock.advance(60_000);
  expect(receiver.begun).toEqual([]);
});

test("failed attempts are repeated after waits that grow, with the same id, and given up after the last", async () => {
  const { outbox, receiver, clock, add } = opened({ attemptsMax: 3, firstDelayMs: 1_000, maxDelayMs: 1_500 });
  add("d-1", { notBeforeMs: clock.nowMs() + 1_000 });
  for (const [attempt, waitMs] of [1_000, 1_000, 1_500].entries()) {
    clock.advance(waitMs - 1);
    expect(receiver.begun).toHaveLength(attempt);
    clock.advance(1);
    await receiver.answers("d-1", { kind: "failed", reason: `no ${attempt + 1}` });
  }
  expect(receiver.begun.map(({ id, attempt }) => [id, attempt])).toEqual([
    ["d-1", 1],
    ["d-1", 2],
    ["d-1", 3],
  ]);
  await vi.waitFor(() => expect(outbox.find("acme", "d-1")).toMatchObject({ status: "dead", error: "no 3" }), LONG);
  expect(outbox.list("acme", "dead", 10).map(({ id }) => id)).toEqual(["d-1"]);
});

test("a dead letter that is sent again begins anew", async () => {
  const { outbox, receiver, clock, add } = opened();
  add("d-1");
  clock.advance(0);
  await receiver.answers("d-1", { kind: "failed", reason: "no such channel", final: true });
  await vi.waitFor(() => expect(outbox.counts().dead).toBe(1), LONG);
  expect([outbox.resend("globex", "d-1"), outbox.resend("acme", "d-1"), outbox.resend("acme", "d-1")]).toEqual([false, true, false]);
  clock.advance(0);
  await receiver.answers("d-1", { kind: "delivered" });
  await vi.waitFor(() => expect(outbox.find("acme", "d-1")).toMatchObject({ status: "delivered", attempts: 1 }), LONG);
});

test("a receiver that says how long to wait is left alone for so long", async () => {
  const { receiver, clock, add } = opened();
  add("d-1");
  clock.advance(0);
  await receiver.answers("d-1", { kind: "failed", reason: "too many", retryAfterMs: 90_000 });
  await settle();
  clock.advance(89_000);
  expect(receiver.begun).toHaveLength(1);
  clock.advance(2_000);
  expect(receiver.begun).toHaveLength(2);
});

test("what is thrown is a failed attempt, and a refusal of our own is the last", async () => {
  const { outbox, receiver, clock, add } = opened();
  add("d-1", { target: "one" });
  add("d-2", { target: "two" });
  clock.advance(0);
  await receiver.throws("d-1", new Error("reset"));
  await receiver.throws("d-2", refuse("this address is not allowed"));
  await vi.waitFor(() => expect(outbox.find("acme", "d-2")?.status).toBe("dead"), LONG);
  expect(outbox.find("acme", "d-1")).toMatchObject({ status: "pending", error: "reset" });
});

test("deliveries for later wait for their time, and can be taken back before", () => {
  const { outbox, receiver, clock, add } = opened();
  add("d-1", { notBeforeMs: clock.nowMs() + 600_000 });
  add("d-2", { notBeforeMs: clock.nowMs() + 600_000 });
  clock.advance(599_000);
  expect(outbox.counts()).toMatchObject({ pending: 2, later: 2 });
  expect([outbox.cancel("globex", "d-2"), outbox.cancel("acme", "d-2"), outbox.cancel("acme", "d-2")]).toEqual([false, true, false]);
  clock.advance(2_000);
  expect(receiver.begun.map(({ id }) => id)).toEqual(["d-1"]);
  expect(outbox.cancel("acme", "d-1")).toBe(false);
});

test("a receiver that does not answer holds up nobody else, nor does a tenant that wants everything", () => {
  const { receiver, clock, add } = opened({ inFlightMax: 6, perTargetMax: 2 });
  for (const number of [1, 2, 3, 4, 5]) add(`slow-${number}`, { target: "slow" });
  for (const number of [1, 2, 3]) add(`other-${number}`, { target: `other-${number}` });
  add("globex", { tenant: "globex", target: "slow" });
  clock.advance(0);
  expect(receiver.begun.map(({ id }) => id)).toEqual(["slow-1", "slow-2", "other-1", "globex"]);
});

test("while a receiver does not answer, what waits for it is not looked at all the time", () => {
  const { state, clock, add } = opened({ perTargetMax: 1 });
  for (const number of [1, 2]) add(`slow-${number}`, { target: "slow" });
  clock.advance(0);
  const looks = vi.spyOn(state, "transaction");
  clock.advance(1_000);
  expect(looks.mock.calls.length).toBeLessThanOrEqual(5);
});

test("an attempt that takes too long is cut off, and repeated", async () => {
  const { outbox, receiver, clock, add } = opened({ attemptMs: 10_000 });
  add("d-1");
  clock.advance(9_000);
  expect(receiver.begun[0]?.signal.aborted).toBe(false);
  clock.advance(2_000);
  await vi.waitFor(() => expect(outbox.find("acme", "d-1")?.error).toBe("it took longer than 10000 ms"), LONG);
  clock.advance(1_000);
  expect(receiver.begun).toHaveLength(2);
});

test("what a process leaves behind when it dies is delivered by another, once its lease is over, and not before", async () => {
  const { path, clock, receiver, add } = opened();
  add("d-1");
  clock.advance(0);
  // This process is cut off from its clock, as if it were dead: it renews nothing any more.
  const later = new ManualClock(clock.nowMs());
  const other = opened({}, { path, clock: later });
  later.advance(4_900);
  expect(other.receiver.begun).toEqual([]);
  later.advance(5_000);
  expect(other.receiver.begun.map(({ id, attempt }) => [id, attempt])).toEqual([["d-1", 2]]);
  await other.receiver.answers("d-1", { kind: "delivered" });
  await vi.waitFor(() => expect(other.outbox.find("acme", "d-1")?.status).toBe("delivered"), LONG);
  // The first one comes back and has nothing to say.
  await receiver.answers("d-1", { kind: "failed", reason: "late" });
  await settle();
  expect(other.outbox.find("acme", "d-1")?.status).toBe("delivered");
});

test("a delivery that is under way is nobody else's as long as its process lives", () => {
  const { path, clock, receiver, add } = opened({ attemptMs: 600_000 });
  const other = opened({}, { path, clock });
  add("d-1");
  clock.advance(60_000);
  expect([...receiver.begun, ...other.receiver.begun]).toHaveLength(1);
});

test("a delivery that ends its process each time is given up", async () => {
  const { path, clock, add } = opened({ attemptsMax: 2 });
  add("d-1");
  clock.advance(0);
  const second = opened({ attemptsMax: 2 }, { path, clock: new ManualClock(clock.nowMs() + 10_000) });
  second.clock.advance(0);
  const third = opened({ attemptsMax: 2 }, { path, clock: new ManualClock(clock.nowMs() + 20_000) });
  third.clock.advance(0);
  await vi.waitFor(() => expect(third.outbox.find("acme", "d-1")?.status).toBe("dead"), LONG);
  expect(third.receiver.begun).toEqual([]);
});

test("closing waits for what is on its way, cuts it off when it takes too long, and leaves it to the next start", async () => {
  const { path, outbox, receiver, clock, add } = opened();
  add("d-1", { target: "quick" });
  add("d-2", { target: "stuck" });
  clock.advance(0);
  const closed = outbox[Symbol.asyncDispose]();
  await receiver.answers("d-1", { kind: "delivered" });
  await settle();
  expect(receiver.begun[1]?.signal.aborted).toBe(false);
  clock.advance(1_500);
  await closed;
  const next = opened({}, { path, clock });
  expect(next.outbox.find("acme", "d-1")?.status).toBe("delivered");
  clock.advance(0);
  expect(next.receiver.begun.map(({ id, attempt }) => [id, attempt])).toEqual([["d-2", 1]]);
});

test("whoever waits hears of the end, or how it stands when the time is up", async () => {
  const { outbox, receiver, clock, add } = opened();
  add("d-1");
  clock.advance(0);
  const { signal } = new AbortController();
  const soon = outbox.settled({ tenant: "acme", id: "d-1" }, 1_000, signal);
  clock.advance(1_000);
  expect(await soon).toMatchObject({ status: "pending" });
  const end = outbox.settled({ tenant: "acme", id: "d-1" }, 60_000, signal);
  await receiver.answers("d-1", { kind: "delivered" });
  expect(await end).toMatchObject({ status: "delivered" });
  expect(await outbox.settled({ tenant: "acme", id: "d-9" }, 60_000, signal)).toBeUndefined();
  add("d-2");
  expect(await outbox.settled({ tenant: "acme", id: "d-2" }, 60_000, AbortSignal.abort())).toMatchObject({ status: "pending" });
});

test("a tenant can have only so much waiting, and what was delivered long ago is forgotten", async () => {
  const { outbox, receiver, clock, add } = opened({ pendingMax: 1, keepMs: 600_000 });
  add("d-1");
  expect(() => add("d-2")).toThrow("1 deliveries wait already");
  add("d-3", { tenant: "globex" });
  clock.advance(0);
  await receiver.answers("d-1", { kind: "delivered" });
  await vi.waitFor(() => expect(outbox.find("acme", "d-1")?.status).toBe("delivered"), LONG);
  clock.advance(700_000);
  await vi.waitFor(() => {
    clock.advance(600_000);
    expect(outbox.find("acme", "d-1")).toBeUndefined();
  }, LONG);
});

/** Lets everything go on that can go on without time passing. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function delivery(id: string, more: object = {}) {
  return { id, tenant: "acme", kind: "letter", target: "somebody", payload: { text: "hello" }, ...more };
}

interface Given {
  readonly path?: string;
  readonly clock?: ManualClock;
}

function opened(limits: Partial<OutboxLimits> = {}, given: Given = {}) {
  const folder = given.path === undefined ? temporaryDirectory() : undefined;
  const path = given.path ?? join(folder?.path ?? "", "state.sqlite");
  const clock = given.clock ?? new ManualClock();
  const state: State = openState({ path, schema: [OUTBOX_SCHEMA] });
  const receiver = new Receiver();
  const outbox = openOutbox({ state, clock, limits, deliver: async (given, signal) => await receiver.take(given, signal) });
  onTestFinished(async () => {
    const closed = outbox[Symbol.asyncDispose]();
    clock.advance(10_000);
    await closed;
    state[Symbol.dispose]();
    folder?.[Symbol.dispose]();
  });
  return { path, clock, state, outbox, receiver, add: (id: string, more = {}) => state.transaction(() => outbox.add(delivery(id, more))) };
}

/** Answers deliveries when the test says so, and gives up when it is told to. */
class Receiver {
  readonly begun: (LeasedDelivery & { readonly signal: AbortSignal })[] = [];
  readonly #open = new Map<string, { resolve: (outcome: DeliveryOutcome) => void; reject: (error: Error) => void }>();

  async take(given: LeasedDelivery, signal: AbortSignal): Promise<DeliveryOutcome> {
    this.begun.push({ ...given, signal });
    return await new Promise((resolve, reject) => {
      this.#open.set(given.id, { resolve, reject });
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }

  async answers(id: string, outcome: DeliveryOutcome): Promise<void> {
    this.#take(id).resolve(outcome);
    await settle();
  }

  async throws(id: string, error: Error): Promise<void> {
    this.#take(id).reject(error);
    await settle();
  }

  #take(id: string) {
    const open = this.#open.get(id);
    if (open === undefined) throw new Error(`nothing is on its way as ${id}`);
    this.#open.delete(id);
    return open;
  }
}
