import { expect, test } from "vitest";
import { DONE, ReplicaRig, replicated } from "../../test/support/replica-rig.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { CallOutcome } from "../model/call.ts";
import type { ServerConfig } from "../model/server.ts";

function busy(retryAfterMs?: number): CallOutcome {
  const error = { kind: "rate_limit", message: "too many" } as const;
  return { kind: "failed", accepted: false, error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

const LOST: CallOutcome = { kind: "unknown", error: { kind: "connection", message: "lost" } };

test("a 429 makes everybody wait until the time that it says, and that is time in the queue", async () => {
  const rig = new ReplicaRig();
  rig.behaviour.set("s", () => busy(5_000));
  expect(await rig.call().outcome).toEqual(busy(5_000));
  rig.behaviour.set("s", () => DONE);
  const calls = [rig.call(), rig.call({ executionId: "e2" })];
  rig.clock.advance(4_999);
  await rig.settle();
  expect(rig.sent).toHaveLength(1);
  rig.clock.advance(1);
  await Promise.all(calls.map(({ outcome }) => outcome));
  expect(rig.sent).toHaveLength(3);
  expect(calls.map(({ record, gate }) => [record.trip()?.queuedMs, gate])).toEqual([
    [5_000, ["waiting", "sending"]],
    [5_000, ["waiting", "sending"]],
  ]);
});

test("a Retry-After of a 503 makes everybody wait too; what a lost connection says of its reopening does not", async () => {
  const rig = new ReplicaRig();
  const error = (kind: "server_error" | "connection"): CallOutcome => {
    return { kind: "failed", accepted: false, error: { kind, message: "later" }, retryAfterMs: 1_000 };
  };
  rig.behaviour.set("s", () => error("connection"));
  await rig.call().outcome;
  rig.behaviour.set("s", () => error("server_error"));
  await rig.call().outcome;
  rig.behaviour.set("s", () => DONE);
  const waiting = rig.call();
  await rig.settle();
  expect(rig.sent).toHaveLength(2);
  rig.clock.advance(1_000);
  expect(await waiting.outcome).toEqual(DONE);
});

test("what a tool says of too many calls makes nobody else wait: only that call is repeated later", async () => {
  const rig = new ReplicaRig();
  const error = { kind: "rate_limit", message: "enough for this minute", detail: { error: { http_status_code: 429 } } } as const;
  rig.behaviour.set("s", () => ({ kind: "failed", accepted: true, error, retryAfterMs: 60_000 }));
  await rig.call().outcome;
  rig.behaviour.set("s", () => DONE);
  expect(await rig.call({ executionId: "e2" }).outcome).toEqual(DONE);
});

test("a 429 without a time doubles the pause until a call succeeds, and counts once for calls that were sent together", async () => {
  const rig = new ReplicaRig();
  /** Sends two calls together, which are answered like this, and gives how long the next one has to wait. */
  const pauseAfter = async (outcome: CallOutcome): Promise<number> => {
    const calls = [rig.call(), rig.call()];
    await rig.settle();
    for (const call of rig.sent.splice(0)) call.answer(outcome);
    await Promise.all(calls.map((call) => call.outcome));
    const next = rig.call({ effect: "once" });
    await rig.settle();
    while (rig.sent.length === 0 && rig.clock.step()) await rig.settle();
    rig.sent.pop()?.answer(LOST);
    await next.outcome;
    return next.record.trip()?.queuedMs ?? 0;
  };
  const pauses: number[] = [];
  for (let refusal = 0; refusal < 7; refusal += 1) {
    pauses.push(await pauseAfter(busy()));
    // The breaker has nothing to do with this.
    rig.servers.set("s", serverConfig("s", { breaker: "off" }));
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(await pauseAfter(DONE)).toBe(0);
  expect(await pauseAfter(busy())).toBe(1_000);
});

test("the answer to a call from before a pause does not end it", async () => {
  const rig = new ReplicaRig();
  const [early, refused] = [rig.call(), rig.call()];
  await rig.settle();
  const [first, second] = rig.sent;
  second?.answer(busy(5_000));
  await refused.outcome;
  first?.answer(DONE);
  await early.outcome;
  const next = rig.call();
  await rig.settle();
  expect(rig.sent).toHaveLength(2);
  rig.clock.advance(5_000);
  await rig.settle();
  rig.sent[2]?.answer(DONE);
  expect(await next.outcome).toEqual(DONE);
});

test("while one replica is to be left in peace the other is used, and a worse one only when it must", async () => {
  const rig = new ReplicaRig(replicated(1, 1, 2));
  for (const replica of ["s#1", "s#2", "s#3"]) rig.behaviour.set(replica, () => DONE);
  rig.behaviour.set("s#1", () => busy(10_000));
  const call = rig.call({ effect: "once" });
  expect(await call.outcome).toEqual(DONE);
  for (let more = 0; more < 3; more += 1) await rig.call().outcome;
  expect(rig.route).toEqual(["s#1", "s#2", "s#2", "s#2", "s#2"]);
  rig.behaviour.set("s#2", () => busy(20_000));
  const pushed = rig.call();
  await pushed.outcome;
  expect(pushed.record.trip()?.failovers).toMatchObject([{ replica: "2", kind: "rate_limit" }]);
  expect(rig.route.slice(5)).toEqual(["s#2", "s#3"]);
  rig.clock.advance(10_000);
  rig.behaviour.set("s#1", () => DONE);
  await rig.call().outcome;
  expect(rig.route.at(-1)).toBe("s#1");
});

test("a call that has failed elsewhere does not wait for a replica that is to be left in peace", async () => {
  const rig = new ReplicaRig(replicated(1, 1));
  rig.behaviour.set("s#1", () => busy(60_000)).set("s#2", () => DONE);
  await rig.call().outcome;
  rig.behaviour.set("s#2", () => LOST);
  expect(await rig.call().outcome).toEqual(LOST);
});

test("calls that wait for one replica go to the other as soon as that is well again", async () => {
  const rig = new ReplicaRig({ ...replicated(1, 1), maxConcurrentCalls: 1 });
  rig.health.set("s#2", "unreachable");
  const calls = [rig.call(), rig.call(), rig.call({ executionId: "e2" })];
  await rig.settle();
  expect(rig.route).toEqual(["s#1"]);
  rig.health.set("s#2", "healthy");
  calls.push(rig.call({ executionId: "e3" }));
  await rig.settle();
  expect(rig.route).toEqual(["s#1", "s#2"]);
  expect(rig.sent[1]?.request.executionId).toBe("e");
  for (let sent = 0; sent < 4; sent += 1) {
    rig.sent[sent]?.answer(DONE);
    await rig.settle();
  }
  await Promise.all(calls.map(({ outcome }) => outcome));
  expect(rig.held).toBe(0);
});

test("a replica that comes back is used although the calls of the other one hang, and nothing is left ticking afterwards", async () => {
  const rig = new ReplicaRig({ ...replicated(1, 1), maxConcurrentCalls: 1 });
  rig.health.set("s#2", "unreachable");
  const calls = [rig.call(), rig.call()];
  await rig.settle();
  rig.health.set("s#2", "healthy");
  rig.clock.advance(1_000);
  await rig.settle();
  expect(rig.route).toEqual(["s#1", "s#2"]);
  for (const call of rig.sent) call.answer(DONE);
  await Promise.all(calls.map(({ outcome }) => outcome));
  expect(rig.clock.nextMs).toBeUndefined();
});

test("a server that gets another configuration is used by it from the next call on, also by those that wait", async () => {
  const rig = new ReplicaRig({ maxConcurrentCalls: 1 });
  const calls = [rig.call(), rig.call(), rig.call()];
  await rig.settle();
  expect(rig.sent).toHaveLength(1);
  rig.servers.set("s", serverConfig("s", { maxConcurrentCalls: 3 }));
  calls.push(rig.call());
  await rig.settle();
  expect(rig.sent).toHaveLength(3);
  for (let sent = 0; sent < 4; sent += 1) {
    rig.sent[sent]?.answer(DONE);
    await rig.settle();
  }
  await Promise.all(calls.map(({ outcome }) => outcome));
  expect(rig.held).toBe(0);
});

test("a claim goes to another replica as soon as that has what it lacked when the claim began to wait", async () => {
  const { replicas = [], ...rest } = replicated(1, 1);
  const config = (gpu: number): Partial<ServerConfig> => ({
    ...rest,
    resources: { gpu: 1 },
    replicas: replicas.map((replica) => ({ ...replica, resources: { gpu } })),
  });
  const rig = new ReplicaRig(config(0));
  const calls = [rig.call({ resources: { gpu: 1 } }), rig.call({ resources: { gpu: 1 } })];
  await rig.settle();
  expect(rig.route).toEqual(["s#1"]);
  rig.servers.set("s", serverConfig("s", config(1)));
  calls.push(rig.call());
  await rig.settle();
  expect(rig.sent.map(({ connection, request }) => `${connection} ${request.resources?.gpu}`)).toContain("s#2 1");
  for (const call of rig.sent) call.answer(DONE);
  await Promise.all(calls.map(({ outcome }) => outcome));
  expect(rig.held).toBe(0);
});
