import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { callRequest } from "../../test/support/call-request.ts";
import { FakeConnections } from "../../test/support/fake-connections.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { Json } from "../base/json.ts";
import { type CallGate, type CallProgress, type ToolCaller, UNWATCHED } from "../ports/tool-caller.ts";
import { callGuards } from "./call-guards.ts";
import { createToolCaller } from "./call-path.ts";
import { rememberSecrets } from "./remember-secrets.ts";

const NEVER = new AbortController().signal;

function callerOver(connections: FakeConnections, clock = new ManualClock(), secrets: Readonly<Record<string, string>> = {}): ToolCaller {
  const servers = new Map(connections.names.map((name) => [name, serverConfig({ name, maxConcurrentCalls: 2 })]));
  return createToolCaller({
    connections,
    servers,
    secrets: rememberSecrets({ get: async (name) => secrets[name] }),
    clock,
    guards: callGuards({ servers, clock, maxConcurrentCalls: 3 }),
  });
}

test("a call carries its key, its execution and a trace beside the arguments", async () => {
  const connections = new FakeConnections();
  const caller = callerOver(connections);
  await caller.call(callRequest(), UNWATCHED, NEVER);
  await caller.call(callRequest({ attempt: 2 }), UNWATCHED, NEVER);
  const [first, second] = connections.calls;
  expect(first?.arguments).toEqual({ n: 1 });
  expect(first?.meta).toMatchObject({
    "dev.tutti/idempotency-key": "e/a",
    "dev.tutti/execution": "e",
    "dev.tutti/call": "a",
    "dev.tutti/attempt": 1,
  });
  expect(first?.meta["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  const trace = (parent: Json | undefined): string => (typeof parent === "string" ? parent.slice(3, 35) : "none");
  expect(trace(second?.meta["traceparent"])).toBe(trace(first?.meta["traceparent"]));
  expect(second?.meta["traceparent"]).not.toBe(first?.meta["traceparent"]);
});

test("secrets are filled in where the step has them, and are blackened in what comes back", async () => {
  const connections = new FakeConnections();
  const caller = callerOver(connections, new ManualClock(), { TOKEN: "s3cr3t-value" });
  const secrets = [{ path: ["headers", 0, "value"], parts: ["Bearer ", { secret: "TOKEN" }] }];
  const input = { headers: [{ name: "auth", value: "Bearer [secret TOKEN]" }], plain: "[secret TOKEN]" };
  const outcome = await caller.call(callRequest({ input, secrets }), UNWATCHED, NEVER);
  expect(connections.calls[0]?.arguments).toEqual({ headers: [{ name: "auth", value: "Bearer s3cr3t-value" }], plain: "[secret TOKEN]" });
  expect(JSON.stringify(outcome)).not.toContain("s3cr3t-value");
  connections.answer = () => ({
    kind: "failed",
    accepted: true,
    error: { kind: "tool_error", message: "bad token s3cr3t-value", detail: { "s3cr3t-value": ["s3cr3t-value"] } },
  });
  const refusal = await caller.call(callRequest({ input, secrets }), UNWATCHED, NEVER);
  expect(refusal).toMatchObject({ error: { message: "bad token [secret TOKEN]", detail: { "[secret TOKEN]": ["[secret TOKEN]"] } } });
});

test("what a server was given once is blackened wherever it repeats it later, also in progress and inside JSON text", async () => {
  const connections = new FakeConnections();
  const caller = callerOver(connections, new ManualClock(), { SHORT: "s3cr3t", LONG: 's3cr3t-and-"more"' });
  const secrets = ["SHORT", "LONG"].map((secret) => ({ path: ["n"], parts: [{ secret }] }));
  await caller.call(callRequest({ secrets }), UNWATCHED, NEVER);
  connections.answer = (call) => ({ kind: "succeeded", output: { given: ['s3cr3t-and-"more"', JSON.stringify(call.arguments)] } });
  connections.progress = "uses s3cr3t";
  const told: CallProgress[] = [];
  const gate: CallGate = { ...UNWATCHED, progress: (progress) => told.push(progress) };
  const given = await caller.call(callRequest({ input: { token: 's3cr3t-and-"more"' } }), gate, NEVER);
  expect(told).toEqual([{ progress: 1, message: "uses [secret SHORT]" }]);
  expect(given).toMatchObject({ output: { given: ["[secret LONG]", '{"token":"[secret LONG]"}'] } });
});

test("a call with a secret that is not there is not sent, and says where to put it", async () => {
  const connections = new FakeConnections();
  const outcome = await callerOver(connections).call(
    callRequest({ secrets: [{ path: ["n"], parts: [{ secret: "TOKEN" }] }] }),
    UNWATCHED,
    NEVER,
  );
  expect(outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "input_invalid" } });
  expect(connections.calls).toEqual([]);
});

test("a fresh answer is used again for the same arguments, an old one only when nothing else is to be had", async () => {
  const connections = new FakeConnections();
  const clock = new ManualClock();
  const caller = callerOver(connections, clock);
  const cached = callRequest({ cacheTtlMs: 60_000 });
  await caller.call(cached, UNWATCHED, NEVER);
  clock.advance(59_999);
  expect(await caller.call(cached, UNWATCHED, NEVER)).toMatchObject({ kind: "succeeded", source: "cache" });
  expect(await caller.call({ ...cached, input: { n: 2 } }, UNWATCHED, NEVER)).not.toHaveProperty("source");
  clock.advance(1);
  connections.answer = () => ({ kind: "failed", accepted: true, error: { kind: "server_error", message: "500" } });
  expect((await caller.call(cached, UNWATCHED, NEVER)).kind).toBe("failed");
  expect(await caller.call({ ...cached, staleOnly: true }, UNWATCHED, NEVER)).toEqual({
    kind: "succeeded",
    output: { n: 1 },
    source: "stale_cache",
  });
  expect((await caller.call({ ...cached, staleOnly: true, input: { n: 3 } }, UNWATCHED, NEVER)).kind).toBe("failed");
  expect(connections.calls.length).toBe(3);
});

test("no more calls are in flight than a server may have; the next one goes when one has answered", async () => {
  const connections = new FakeConnections();
  connections.answer = undefined;
  const caller = callerOver(connections);
  const stages: string[] = [];
  const gate: CallGate = { ...UNWATCHED, stage: (stage) => stages.push(stage) };
  const answers = Array.from({ length: 4 }, () => caller.call(callRequest(), gate, NEVER));
  await nextTurn();
  expect(connections.calls.length).toBe(2);
  connections.waiting[0]?.({ kind: "succeeded", output: 1 });
  await answers[0];
  await nextTurn();
  expect(connections.calls.length).toBe(3);
  expect(stages).toEqual(["waiting", "waiting"]);
  connections.waiting[1]?.({ kind: "succeeded", output: 2 });
  connections.waiting[2]?.({ kind: "succeeded", output: 3 });
  await nextTurn();
  connections.waiting[3]?.({ kind: "succeeded", output: 4 });
  expect((await Promise.all(answers)).map((outcome) => outcome.kind)).toEqual(["succeeded", "succeeded", "succeeded", "succeeded"]);
});

test("a call that is cancelled while it waits, or is not allowed to be sent, never reaches the server", async () => {
  const connections = new FakeConnections();
  connections.answer = undefined;
  const caller = callerOver(connections);
  const stop = new AbortController();
  const running = [caller.call(callRequest(), UNWATCHED, NEVER), caller.call(callRequest(), UNWATCHED, NEVER)];
  const waiting = caller.call(callRequest(), UNWATCHED, stop.signal);
  await nextTurn();
  stop.abort(new Error("enough"));
  expect(await waiting).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
  for (const answer of connections.waiting) answer({ kind: "succeeded", output: null });
  await Promise.all(running);
  const forbidden = await caller.call(callRequest(), { ...UNWATCHED, sending: () => Promise.reject(new Error("no")) }, NEVER);
  expect(forbidden).toMatchObject({ kind: "failed", accepted: false });
  expect(connections.calls.length).toBe(2);
});
