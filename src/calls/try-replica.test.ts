import { expect, test } from "vitest";
import { type CallInHand, DONE, ReplicaRig, replicated } from "../../test/support/replica-rig.ts";
import type { CallOutcome } from "../model/call.ts";
import type { ServerConfig } from "../model/server.ts";

const LOST: CallOutcome = { kind: "unknown", error: { kind: "connection", message: "lost" } };
const NO: CallOutcome = { kind: "failed", accepted: true, error: { kind: "tool_error", message: "no" } };

function hedging(...tiers: readonly number[]): Partial<ServerConfig> {
  return { ...replicated(...tiers), hedgeAfterMs: 100 };
}

/** A read whose first replica is slow, so that the second has it as well. */
async function slowRead(rig: ReplicaRig): Promise<{ call: ReturnType<ReplicaRig["call"]>; first: CallInHand; second: CallInHand }> {
  const call = rig.call();
  await rig.settle();
  rig.clock.advance(100);
  await rig.settle();
  const [first, second] = rig.sent;
  if (first === undefined || second === undefined) throw new Error("it was not sent twice");
  return { call, first, second };
}

test("a read that takes long goes to a second replica too, and the first success wins", async () => {
  const rig = new ReplicaRig(hedging(1, 1));
  const { call, first, second } = await slowRead(rig);
  expect(rig.route).toEqual(["s#1", "s#2"]);
  second.answer(DONE);
  expect(await call.outcome).toEqual(DONE);
  expect(first.signal.aborted).toBe(true);
  expect(call.record.trip()).toMatchObject({ replica: "2", hedged: true });
  expect(call.record.trip()?.failovers).toBeUndefined();
  expect(call.gate).toEqual(["sending"]);
  await rig.settle();
  expect(rig.held).toBe(0);
  expect(rig.signals).toEqual(["s#2 answered"]);
  expect(rig.clock.nextMs).toBeUndefined();
});

test("who is quick enough is alone, and the one that was asked first may win after all", async () => {
  const rig = new ReplicaRig(hedging(1, 1));
  const quick = rig.call();
  await rig.settle();
  rig.clock.advance(99);
  rig.sent[0]?.answer(DONE);
  await quick.outcome;
  expect(rig.clock.nextMs).toBeUndefined();
  expect(rig.route).toEqual(["s#1"]);
  rig.sent.length = 0;
  const { call, first, second } = await slowRead(rig);
  first.answer(DONE);
  await call.outcome;
  expect(second.signal.aborted).toBe(true);
  expect(call.record.trip()).toMatchObject({ replica: "2", hedged: true });
});

test("a replica that has lost keeps its place until it has really ended, and is not heard any more", async () => {
  const rig = new ReplicaRig({ ...hedging(1, 1), maxConcurrentCalls: 1 });
  rig.stubborn.add("s#1");
  const { call, first, second } = await slowRead(rig);
  first.gate.progress({ progress: 1, message: "half" });
  second.answer(DONE);
  await call.outcome;
  await rig.settle();
  first.gate.progress({ progress: 2, message: "more" });
  expect(rig.held).toBe(1);
  first.answer(DONE);
  await rig.settle();
  expect(rig.held).toBe(0);
  expect(call.gate).toEqual(["sending", "half"]);
});

test("when one of two fails the other is waited for; when both do, the call has failed", async () => {
  const rig = new ReplicaRig(hedging(1, 1));
  const saved = await slowRead(rig);
  saved.first.answer(LOST);
  await rig.settle();
  saved.second.answer(DONE);
  expect(await saved.call.outcome).toEqual(DONE);
  expect(saved.call.record.trip()).toMatchObject({ replica: "2", hedged: true, failovers: [{ replica: "1", kind: "connection" }] });
  rig.sent.length = 0;
  const doomed = await slowRead(rig);
  doomed.second.answer(NO);
  await rig.settle();
  doomed.first.answer(LOST);
  expect(await doomed.call.outcome).toEqual(NO);
  expect(rig.held).toBe(0);
});

test("after two have failed a third may be asked", async () => {
  const rig = new ReplicaRig(hedging(1, 1, 2));
  rig.behaviour.set("s#3", () => DONE);
  const { call, first, second } = await slowRead(rig);
  first.answer(LOST);
  second.answer(LOST);
  expect(await call.outcome).toEqual(DONE);
  expect(call.record.trip()).toMatchObject({ replica: "3", failovers: [{ replica: "1" }, { replica: "2" }] });
});

test("a first that fails before its time is up is simply gone on from", async () => {
  const rig = new ReplicaRig(hedging(1, 1));
  const call = rig.call();
  await rig.settle();
  rig.sent[0]?.answer(LOST);
  await rig.settle();
  rig.sent[1]?.answer(DONE);
  expect(await call.outcome).toEqual(DONE);
  expect(call.record.trip()?.hedged).toBeUndefined();
});

test.each(["idempotent", "once"] as const)("a call that is %s is never sent to a second replica because it is slow", async (effect) => {
  const rig = new ReplicaRig(hedging(1, 1));
  const call = rig.call({ effect });
  await rig.settle();
  rig.clock.advance(1_000);
  await rig.settle();
  expect(rig.route).toEqual(["s#1"]);
  rig.sent[0]?.answer(DONE);
  await call.outcome;
});

test("a second replica is not asked when it is busy, not well, or wants to be left in peace, or when others wait for it", async () => {
  const full = new ReplicaRig({ ...hedging(1, 1), maxConcurrentCalls: 1 });
  const calls = [full.call(), full.call(), full.call()];
  await full.settle();
  full.clock.advance(1_000);
  await full.settle();
  expect(full.route).toEqual(["s#1", "s#2"]);
  for (let sent = 0; sent < 3; sent += 1) {
    full.sent[sent]?.answer(DONE);
    await full.settle();
  }
  await Promise.all(calls.map(({ outcome }) => outcome));
  expect(full.route).toHaveLength(3);
  const away = new ReplicaRig(hedging(1, 1));
  away.health.set("s#2", "unreachable");
  const call = away.call();
  await away.settle();
  away.health.set("s#1", "unreachable");
  for (let fault = 0; fault < 5; fault += 1) away.breakers.of("s", "s#2", "t")?.enter()?.failed();
  away.clock.advance(100);
  await away.settle();
  expect(away.route).toEqual(["s#1"]);
  away.sent[0]?.answer(DONE);
  await call.outcome;
});

test("whoever gives up a call stops both", async () => {
  const rig = new ReplicaRig(hedging(1, 1));
  const stop = new AbortController();
  const call = rig.call({}, stop.signal);
  await rig.settle();
  rig.clock.advance(100);
  await rig.settle();
  stop.abort(new Error("enough"));
  expect(await call.outcome).toMatchObject({ kind: "unknown", error: { kind: "cancelled" } });
  expect(rig.sent.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  await rig.settle();
  expect([rig.held, rig.signals, rig.clock.nextMs]).toEqual([0, [], undefined]);
});

test("a call that somebody gave up goes to no second replica, although the first does not stop", async () => {
  const rig = new ReplicaRig(hedging(1, 1));
  rig.stubborn.add("s#1");
  const stop = new AbortController();
  const call = rig.call({}, stop.signal);
  await rig.settle();
  stop.abort(new Error("enough"));
  rig.clock.advance(100);
  await rig.settle();
  expect(rig.route).toEqual(["s#1"]);
  rig.sent[0]?.answer(LOST);
  expect(await call.outcome).toEqual(LOST);
});

test("a second trial claims what its step occupies at its own replica, or is not made", async () => {
  const rig = new ReplicaRig({ ...hedging(1, 1), resources: { gpu: 1 } });
  const call = rig.call({ resources: { gpu: 1 }, leases: { licence: 1 } });
  await rig.settle();
  rig.clock.advance(100);
  await rig.settle();
  expect(rig.route).toEqual(["s#1"]);
  rig.sent[0]?.answer(DONE);
  await call.outcome;
  expect(rig.held).toBe(0);
});
