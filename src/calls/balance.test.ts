import { expect, test } from "vitest";
import { DONE, ReplicaRig, replicated, type RigCall } from "../../test/support/replica-rig.ts";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Effect } from "../model/workflow.ts";

function failed(kind: CallErrorKind, accepted: boolean, retryAfterMs?: number): CallOutcome {
  const error = { kind, message: `it was a ${kind}` };
  return { kind: "failed", accepted, error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function unknown(kind: CallErrorKind): CallOutcome {
  return { kind: "unknown", error: { kind, message: `it was a ${kind}` } };
}

/** For which effects a call goes on to another replica after such an end. */
const MATRIX: readonly (readonly [string, CallOutcome, readonly Effect[]])[] = [
  ["a connection that was refused", failed("connection", false), ["read", "idempotent", "once"]],
  ["a server error that did not reach the tool", failed("server_error", false), ["read", "idempotent", "once"]],
  ["a 429", failed("rate_limit", false), ["read", "idempotent", "once"]],
  ["a connection that was lost", unknown("connection"), ["read", "idempotent"]],
  ["no answer", unknown("timeout"), ["read", "idempotent"]],
  ["an HTTP 500", failed("server_error", true), ["read", "idempotent"]],
  ["a limit that the tool knows", failed("rate_limit", true), ["read", "idempotent"]],
  ["a no of the tool", failed("tool_error", true), []],
  ["arguments that do not fit", failed("input_invalid", true), []],
  ["an answer that breaks its schema", failed("output_invalid", true), []],
  ["a tool that is not there", failed("not_found", false), []],
  ["a call that is not allowed", failed("denied", false), []],
  ["a call that somebody gave up", unknown("cancelled"), []],
];
const EFFECTS = ["read", "idempotent", "once"] as const;

test.each(
  MATRIX.flatMap(([what, outcome, effects]) => EFFECTS.map((effect) => ({ what, outcome, effect, goesOn: effects.includes(effect) }))),
)("after $what, a call that is $effect goes on to another replica: $goesOn", async ({ outcome, effect, goesOn }) => {
  const rig = new ReplicaRig(replicated(1, 1));
  rig.behaviour.set("s#1", () => outcome).set("s#2", () => DONE);
  const call = rig.call({ effect });
  expect(await call.outcome).toEqual(goesOn ? DONE : outcome);
  expect(rig.route).toEqual(goesOn ? ["s#1", "s#2"] : ["s#1"]);
  expect(rig.held).toBe(0);
  const failover = outcome.kind === "succeeded" ? undefined : { replica: "1", kind: outcome.error.kind, message: outcome.error.message };
  expect(call.record.trip()?.failovers).toEqual(goesOn ? [failover] : undefined);
});

const WHO_ANSWERS: readonly (readonly [string, CallOutcome, readonly string[]])[] = [
  ["cannot be reached", failed("connection", false), ["s#2", "s#1"]],
  ["does not answer", unknown("timeout"), ["s#2"]],
  ["is lost", unknown("connection"), ["s#2"]],
  ["fails", failed("server_error", true), ["s#2"]],
  ["answers", DONE, ["s#2"]],
];

test.each(WHO_ANSWERS)("who answers a call for one replica when that %s", async (_, outcome, route) => {
  const rig = new ReplicaRig({ ...replicated(1, 1), hedgeAfterMs: 10 });
  rig.behaviour.set("s#1", () => DONE).set("s#2", () => outcome);
  expect(await rig.call({ effect: "read", replica: "2" }).outcome).toEqual(route.length > 1 ? DONE : outcome);
  expect(rig.route).toEqual(route);
});

test("a call for a replica that is known to be away, or not configured any more, goes to another one at once", async () => {
  const rig = new ReplicaRig(replicated(1, 1));
  rig.behaviour.set("s#1", () => DONE).set("s#2", () => DONE);
  rig.health.set("s#2", "unreachable");
  await rig.call({ effect: "read", replica: "2" }).outcome;
  await rig.call({ effect: "read", replica: "3" }).outcome;
  expect(rig.route).toEqual(["s#1", "s#1"]);
});

test("each replica is tried once; when none can do it, the last one has the word", async () => {
  const rig = new ReplicaRig(replicated(1, 2, 2));
  for (const replica of ["s#1", "s#2", "s#3"]) rig.behaviour.set(replica, () => unknown("connection"));
  rig.behaviour.set("s#3", () => failed("server_error", true));
  const call = rig.call({ effect: "idempotent" });
  expect(await call.outcome).toEqual(failed("server_error", true));
  expect(rig.route).toEqual(["s#1", "s#2", "s#3"]);
  rig.clock.advance(1);
  expect(call.record.trip()).toMatchObject({ replica: "3", failovers: [{ replica: "1" }, { replica: "2" }] });
  expect(rig.signals).toEqual(["s#1 failed connection", "s#2 failed connection", "s#3 failed server_error"]);
});

test("the execution is asked once whether a call may be sent, however many replicas it goes to", async () => {
  const rig = new ReplicaRig(replicated(1, 1));
  rig.behaviour.set("s#1", () => failed("connection", false)).set("s#2", () => DONE);
  const call = rig.call({ effect: "once" });
  await call.outcome;
  expect(call.gate.filter((told) => told === "sending")).toHaveLength(1);
  const refused = rig.call({ effect: "once" }, undefined, () => Promise.reject(new Error("no")));
  expect(await refused.outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
  expect(rig.route).toHaveLength(2);
});

test("a server without replicas is named by no replica, and its failure is not gone on from", async () => {
  const rig = new ReplicaRig();
  rig.behaviour.set("s", () => unknown("connection"));
  const call = rig.call();
  expect(await call.outcome).toEqual(unknown("connection"));
  rig.clock.advance(1);
  expect(call.record.trip()?.replica).toBeUndefined();
});

test("calls go to the best tier that has a replica that is well, and back to it when it is well again", async () => {
  const rig = new ReplicaRig(replicated(1, 2, 3));
  for (const replica of ["s#1", "s#2", "s#3"]) rig.behaviour.set(replica, () => DONE);
  await rig.call().outcome;
  rig.health.set("s#1", "unreachable");
  const second = rig.call();
  await second.outcome;
  expect(second.record.trip()).toMatchObject({
    replica: "2",
    failovers: [{ replica: "1", kind: "connection", message: "it is unreachable" }],
  });
  rig.health.set("s#2", "unhealthy");
  await rig.call().outcome;
  rig.health.set("s#1", "degraded");
  await rig.call().outcome;
  expect(rig.route).toEqual(["s#1", "s#2", "s#3", "s#1"]);
});

test("when no replica is well, the best one is called all the same", async () => {
  const rig = new ReplicaRig(replicated(2, 1));
  for (const replica of ["s#1", "s#2"]) rig.health.set(replica, "unreachable");
  rig.behaviour.set("s#2", () => DONE);
  expect(await rig.call().outcome).toEqual(DONE);
});

test("calls whose replicas are all busy wait for one of the best tier, and do not run to a worse one", async () => {
  const rig = new ReplicaRig({ ...replicated(1, 1, 2), maxConcurrentCalls: 1 });
  const calls = [rig.call(), rig.call(), rig.call()];
  await rig.settle();
  expect(rig.route).toEqual(["s#1", "s#2"]);
  rig.sent[1]?.answer(DONE);
  await rig.settle();
  expect(rig.route).toEqual(["s#1", "s#2", "s#2"]);
  for (const call of rig.sent) call.answer(DONE);
  await Promise.all(calls.map(({ outcome }) => outcome));
  expect(rig.held).toBe(0);
});

test("five faults open the circuit: further calls fail at once, also those that wait, and say when to come again", async () => {
  const rig = new ReplicaRig({ maxConcurrentCalls: 5 });
  const calls = Array.from({ length: 8 }, () => rig.call());
  await rig.settle();
  for (const call of rig.sent) call.answer(unknown("timeout"));
  const outcomes = await Promise.all(calls.map(({ outcome }) => outcome));
  expect(rig.route).toHaveLength(5);
  const open = { kind: "failed", accepted: false, error: { kind: "circuit_open", server: "s", tool: "t" }, retryAfterMs: 30_000 };
  expect(outcomes.slice(5)).toMatchObject([open, open, open]);
  rig.clock.advance(10_000);
  expect(await rig.call().outcome).toMatchObject({ ...open, retryAfterMs: 20_000 });
  expect(rig.held).toBe(0);
});

test("a server that dies once under all its calls is called again at once, and one over HTTP has failed as often as they are", async () => {
  const dying = async (config: Partial<ServerConfig>): Promise<string | undefined> => {
    const rig = new ReplicaRig(config);
    const calls = Array.from({ length: 5 }, () => rig.call());
    await rig.settle();
    for (const call of rig.sent) call.answer(unknown("connection"));
    await Promise.all(calls.map(({ outcome }) => outcome));
    return rig.breakers.of("s", "s", "t")?.state;
  };
  expect(await dying({})).toBe("closed");
  expect(await dying({ connection: { kind: "http", url: "http://127.0.0.1:1/", headers: {} } })).toBe("open");
});

test("a call that comes a moment before the circuit may be tried waits for that moment", async () => {
  const rig = new ReplicaRig();
  rig.behaviour.set("s", () => unknown("connection"));
  for (let fault = 0; fault < 5; fault += 1) await rig.call().outcome;
  rig.behaviour.set("s", () => DONE);
  rig.clock.advance(29_996);
  const { outcome } = rig.call();
  await rig.settle();
  rig.clock.advance(4);
  expect(await outcome).toEqual(DONE);
});

/** A server with an open circuit whose time is up, and calls that come then. */
async function thousandAfterOutage(): Promise<{ readonly rig: ReplicaRig; readonly callers: readonly RigCall[] }> {
  const rig = new ReplicaRig({ maxConcurrentCalls: 50 }, 1_000);
  rig.behaviour.set("s", () => unknown("connection"));
  for (let fault = 0; fault < 5; fault += 1) await rig.call().outcome;
  rig.behaviour.clear();
  rig.clock.advance(30_000);
  rig.sent.length = 0;
  const callers = Array.from({ length: 1_000 }, () => rig.call());
  await rig.settle();
  return { rig, callers };
}

test("of a thousand callers, three try a replica that may have recovered, and two successes let all through", async () => {
  const { rig, callers } = await thousandAfterOutage();
  expect(rig.sent).toHaveLength(3);
  rig.sent[0]?.answer(DONE);
  await rig.settle();
  expect(rig.sent).toHaveLength(4);
  rig.behaviour.set("s", () => DONE);
  for (const call of rig.sent) call.answer(DONE);
  expect(new Set(await Promise.all(callers.map(({ outcome }) => outcome)))).toEqual(new Set([DONE]));
  expect(rig.held).toBe(0);
});

test("when the three find that it has not recovered, all others fail at once", async () => {
  const { rig, callers } = await thousandAfterOutage();
  rig.sent[1]?.answer(unknown("connection"));
  await rig.settle();
  expect(rig.sent).toHaveLength(3);
  for (const call of rig.sent) call.answer(unknown("connection"));
  const outcomes = await Promise.all(callers.map(({ outcome }) => outcome));
  const open = { kind: "failed", accepted: false, error: { kind: "circuit_open" }, retryAfterMs: 30_000 };
  expect(outcomes.slice(3)).toMatchObject(Array.from({ length: 997 }, () => open));
  const stop = new AbortController();
  rig.clock.advance(30_000);
  for (let call = 0; call < 3; call += 1) rig.call();
  const waiting = rig.call({}, stop.signal);
  await rig.settle();
  stop.abort(new Error("enough"));
  expect(await waiting.outcome).toMatchObject({ accepted: false, error: { kind: "cancelled" } });
});

test("a call goes to a worse tier while the circuit of the better one is open, and says so", async () => {
  const rig = new ReplicaRig(replicated(1, 2));
  rig.behaviour.set("s#1", () => unknown("connection")).set("s#2", () => DONE);
  for (let fault = 0; fault < 5; fault += 1) expect(await rig.call({ effect: "once" }).outcome).toEqual(unknown("connection"));
  const call = rig.call({ effect: "once" });
  expect(await call.outcome).toEqual(DONE);
  expect(call.record.trip()?.failovers).toMatchObject([{ replica: "1", kind: "circuit_open" }]);
});

test("a claim that no replica could ever satisfy fails at once, and says why", async () => {
  const rig = new ReplicaRig({ resources: { gpu: 2, memoryBytes: 64e9 } });
  const words = async (resources: Record<string, number>, leases: Record<string, number> = {}): Promise<string> => {
    const outcome = await rig.call({ resources, leases }).outcome;
    return outcome.kind === "failed" && outcome.error.kind === "input_invalid" && !outcome.accepted ? outcome.error.message : outcome.kind;
  };
  const never = "s.t can never be called with what the step occupies: ";
  expect(await words({ gpu: 3 })).toBe(`${never}it needs gpu 3, and "s" has gpu 2`);
  expect(await words({ memoryBytes: 65e9 })).toBe(`${never}it needs memory 65 GB, and "s" has memory 64 GB`);
  expect(await words({}, { licence: 2 })).toBe(`${never}it needs 2 of the shared resource "licence", and there is 1 in all`);
});

test("a replica that could never satisfy a claim is passed over, also for one of a worse tier", async () => {
  const { replicas = [], ...rest } = replicated(1, 2);
  const rig = new ReplicaRig({ ...rest, resources: { gpu: 1 }, replicas: replicas.map((each) => ({ ...each, resources: { gpu: 4 } })) });
  for (const replica of ["s#1", "s#2"]) rig.behaviour.set(replica, () => DONE);
  for (const gpu of [1, 2, 1]) await rig.call({ resources: { gpu } }).outcome;
  expect(rig.route).toEqual(["s#1", "s#2", "s#1"]);
});

test("what a call claims is held while it is with the server, and the time in the queue is told apart", async () => {
  const rig = new ReplicaRig({ resources: { gpu: 1 } });
  const [first, second] = [rig.call({ resources: { gpu: 1 } }), rig.call({ resources: { gpu: 1 } })];
  await rig.settle();
  rig.clock.advance(100);
  rig.sent[0]?.answer(DONE);
  await first.outcome;
  expect(first.record.trip()).toEqual({ queuedMs: 0, serverMs: 100, overheadMs: 0, reservedMs: 100 });
  await rig.settle();
  rig.clock.advance(30);
  rig.sent[1]?.answer(DONE);
  await second.outcome;
  expect(second.record.trip()).toEqual({ queuedMs: 100, serverMs: 30, overheadMs: 0, reservedMs: 30 });
  expect(second.gate).toEqual(["waiting", "sending"]);
  const [usage] = rig.admission.usage();
  expect(usage?.resources[1]).toEqual({ name: "gpu", inUse: 0, capacity: 1, busyMs: 130, idleMs: 0, waiting: 0 });
});

test("a lease is held across servers", async () => {
  const rig = new ReplicaRig();
  const first = rig.call({ leases: { printer: 1 } });
  const second = rig.call({ server: "other", executionId: "e2", leases: { printer: 1 } });
  await rig.settle();
  expect(rig.route).toEqual(["s"]);
  rig.sent[0]?.answer(DONE);
  await rig.settle();
  expect(rig.route).toEqual(["s", "other"]);
  rig.sent[1]?.answer(DONE);
  await Promise.all([first.outcome, second.outcome]);
  expect([...rig.admission.leases()]).toEqual([]);
});

test("a call that is cancelled while it waits is not sent; one that is cancelled on its way says nothing of the replica", async () => {
  const rig = new ReplicaRig({ maxConcurrentCalls: 1 });
  const [running, waiting] = [new AbortController(), new AbortController()];
  const [first, second] = [rig.call({}, running.signal), rig.call({}, waiting.signal)];
  await rig.settle();
  waiting.abort(new Error("enough"));
  expect(await second.outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
  running.abort(new Error("enough"));
  expect(await first.outcome).toMatchObject({ kind: "unknown", error: { kind: "cancelled" } });
  expect(rig.route).toEqual(["s"]);
  expect(rig.signals).toEqual([]);
  expect(rig.held).toBe(0);
});

test("a call that ends with a bug gives everything back, and says nothing of the replica", async () => {
  const rig = new ReplicaRig({ resources: { gpu: 1 } });
  rig.behaviour.set("s", () => {
    throw new Error("a bug");
  });
  for (let bug = 0; bug < 5; bug += 1) await expect(rig.call({ resources: { gpu: 1 } }).outcome).rejects.toThrow("a bug");
  expect([rig.held, rig.signals]).toEqual([0, []]);
  rig.behaviour.set("s", () => DONE);
  expect(await rig.call({ resources: { gpu: 1 } }).outcome).toEqual(DONE);
});
