import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { actingTool, FakeConnections, readingTool } from "../../test/support/fake-connections.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { randomIds } from "../base/ids.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { runInContext } from "../context/ambient-context.ts";
import { Context } from "../envelope/context.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { Meta } from "../envelope/meta.ts";
import type { McpToolCall } from "../envelope/payloads.ts";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import { isTuttiError } from "../model/errors.ts";
import type { ServerConfig } from "../model/server.ts";
import { createEnvelopeAdapter, type EnvelopeAdapter, type RegisterServerOptions } from "./envelope-adapter.ts";

const TOOLS = [readingTool("look"), actingTool("act"), readingTool("other")];
const REQUEST_ID = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";

function config(name: string, more: Partial<ServerConfig> = {}): ServerConfig {
  return {
    name,
    connection: { kind: "http", url: "http://x", headers: {} },
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
    ...more,
  };
}

interface World {
  readonly connections: FakeConnections;
  readonly clock: ManualClock;
  readonly adapter: EnvelopeAdapter;
  /** Makes the call, and lets all time pass that it takes. */
  readonly call: (call: Partial<McpToolCall>, meta?: Meta, service?: string) => Promise<unknown>;
}

async function world(options: RegisterServerOptions = {}, more: Partial<ServerConfig> = {}): Promise<World> {
  const connections = new FakeConnections(["s", "spare"], TOOLS);
  const clock = new ManualClock();
  const servers = [config("s", more), config("spare")];
  const adapter = createEnvelopeAdapter({ connections, servers, clock, ids: randomIds, random: () => 0.5 });
  await adapter.registerServer("s", options);
  await adapter.registerServer("spare");
  return {
    connections,
    clock,
    adapter,
    call: async (call, meta = {}, service = "s") => await passing(clock, adapter.callTool(service, toolCall(call, meta)).catch(rejection)),
  };
}

function toolCall({ tool = "look", parameters = {} }: Partial<McpToolCall>, meta: Meta): Envelope<McpToolCall> {
  return { meta: { requestId: REQUEST_ID, ...meta }, data: { tool, parameters } };
}

function rejection(error: unknown): unknown {
  return isTuttiError(error, "call.failed") ? { rejected: error.details } : error;
}

async function passing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  const state = { over: false };
  const ended = work.finally(() => void (state.over = true));
  while (!state.over) {
    await nextTurn();
    if (!state.over && clock.nextMs !== undefined && clock.nextMs - clock.nowMs() < 60_000) clock.step();
  }
  return await ended;
}

function failing(kind: CallErrorKind, accepted = true, message = "it failed"): () => CallOutcome {
  return () => ({ kind: "failed", accepted, error: { kind, message } });
}

test("an answer comes back with the ids of the request, what the call took, and the version of the server", async () => {
  const { connections, clock, adapter } = await world();
  connections.answer = () => {
    clock.advance(40);
    return { kind: "succeeded", output: { rows: 3 } };
  };
  const meta: Meta = { requestId: REQUEST_ID, tenant: "acme", sessionId: "sess-789", agentId: "agent", extensions: { mine: true } };
  const response = await adapter.callTool("s", { meta, data: { tool: "look", parameters: { n: 1 } } });
  expect(response.data).toEqual({ tool: "look", result: { rows: 3 }, metadata: { execution_time: 40, server_version: "1.2.3" } });
  expect(response.meta).toMatchObject({ requestId: REQUEST_ID, tenant: "acme", sessionId: "sess-789", agentId: "agent", duration: 40 });
  expect(response.error).toBeUndefined();
  const [sent] = connections.calls;
  expect(sent?.arguments).toEqual({ n: 1 });
  expect(sent?.meta["dev.tutti/context"]).toMatchObject({ tenant: "acme", request_id: REQUEST_ID, parent_request_id: REQUEST_ID });
  expect(sent?.meta).not.toHaveProperty("dev.tutti/execution");
});

test("what may pass is tried again under the same key, with ever longer waits, and all attempts are one call", async () => {
  const { connections, clock, call } = await world();
  const times: number[] = [];
  connections.answer = (sent) => {
    times.push(clock.nowMs());
    return times.length < 3 ? failing("timeout")() : { kind: "succeeded", output: sent.meta["dev.tutti/attempt"] ?? null };
  };
  expect(await call({})).toMatchObject({ data: { result: 3 } });
  expect([0, 1].map((index) => (times[index + 1] ?? 0) - (times[index] ?? 0))).toEqual([100, 200]);
  expect(new Set(connections.calls.map(({ meta }) => meta["dev.tutti/idempotency-key"])).size).toBe(1);
  const ids = connections.calls.map(({ meta }) => (meta["dev.tutti/context"] as JsonObject)["child_request_id"]);
  expect(new Set(ids).size).toBe(1);
});

test.each([
  { tool: "look", kind: "connection", accepted: true, calls: 3 },
  { tool: "look", kind: "server_error", accepted: true, calls: 3 },
  { tool: "look", kind: "tool_error", accepted: true, calls: 3 },
  { tool: "look", kind: "input_invalid", accepted: true, calls: 1 },
  { tool: "look", kind: "denied", accepted: false, calls: 1 },
  { tool: "act", kind: "connection", accepted: false, calls: 3 },
  { tool: "act", kind: "connection", accepted: true, calls: 1 },
  { tool: "act", kind: "server_error", accepted: true, calls: 1 },
] as const)("$tool that fails with $kind (accepted: $accepted) is sent $calls times", async ({ tool, kind, accepted, calls }) => {
  const { connections, call } = await world();
  connections.answer = failing(kind, accepted);
  expect(await call({ tool })).toMatchObject({ rejected: { kind } });
  expect(connections.calls.length).toBe(calls);
});

test("what acts anew each time is repeated where the server honours the key", async () => {
  const { connections, call } = await world({}, { honoursIdempotencyKey: true });
  connections.answer = failing("server_error");
  await call({ tool: "act" });
  expect(connections.calls.length).toBe(3);
});

test("a call that may have been done stays in doubt when the attempts after it could not be made", async () => {
  const { connections, call } = await world({}, { honoursIdempotencyKey: true });
  connections.answer = () =>
    connections.calls.length === 1 ? { kind: "unknown", error: { kind: "timeout", message: "silence" } } : failing("connection", false)();
  expect(await call({ tool: "act" })).toMatchObject({ rejected: { kind: "connection", error: { details: { in_doubt: true } } } });
  expect(connections.calls.length).toBe(3);
});

test("a server that says when to come back is waited for, unless that is longer than the call may take", async () => {
  const { connections, clock, call } = await world();
  const busy = (retryAfterMs: number) => (): CallOutcome => ({ ...failing("rate_limit", false)(), retryAfterMs }) as CallOutcome;
  const startMs = clock.nowMs();
  connections.answer = () => (connections.calls.length === 1 ? busy(7_000)() : { kind: "succeeded", output: 1 });
  expect(await call({})).toMatchObject({ data: { result: 1 } });
  expect(clock.nowMs() - startMs).toBe(7_000);
  connections.answer = busy(301_000);
  expect(await call({})).toMatchObject({ rejected: { error: { code: "RATE_LIMITED", retryAfter: 301 } } });
  expect(clock.nowMs() - startMs).toBe(7_000);
});

test("fail_fast rejects with the error, allow_partial resolves with it and without a result", async () => {
  const { connections, call } = await world();
  connections.answer = () => ({
    kind: "failed",
    accepted: true,
    error: { kind: "tool_error", message: "no such row", detail: { code: -32_602, message: "no such row", data: { row: 7 } } },
  });
  const error = { type: "Validation", message: "no such row", details: { code: -32_602, data: { row: 7 } } };
  expect(await call({ tool: "act" })).toMatchObject({ rejected: { kind: "tool_error", error } });
  expect(await call({ tool: "act" }, { errorPolicy: "allow_partial" })).toMatchObject({
    data: { tool: "act", result: null, metadata: { error_handled: true, partial_failure: true, server_version: "1.2.3" } },
    error,
  });
});

test("a server that gives a result and an error has partly succeeded, in every mode", async () => {
  const { connections, call } = await world();
  const error = { type: "External", code: "HALF", message: "half of it" } as const;
  const answer = { meta: { tenant: "evil", monitoring: { serverId: "db-1" } }, error };
  connections.answer = () => ({ kind: "succeeded", output: [1], answer });
  expect(await call({}, { tenant: "acme" })).toMatchObject({
    meta: { tenant: "acme", monitoring: { serverId: "db-1" } },
    data: { result: [1], metadata: { partial_failure: true } },
    error,
  });
});

test("best_effort takes a fresh answer, else an alternative, else an old answer, else the default, else the error", async () => {
  const { connections, clock, call } = await world(
    {
      fallbacks: { look: { alternative: { service: "spare", tool: "other" }, default: "none", freshForMs: 60_000 } },
    },
    { breaker: "off" },
  );
  const bestEffort: Meta = { errorPolicy: { mode: "best_effort", retry_count: 1 } };
  const down = failing("connection");
  connections.answer = () => ({ kind: "succeeded", output: "first" });
  expect(await call({}, bestEffort)).toMatchObject({ data: { result: "first" } });
  connections.answer = (sent) => (sent.server === "spare" ? { kind: "succeeded", output: "from spare" } : down());
  clock.advance(59_000);
  expect(await call({}, bestEffort)).toMatchObject({ data: { result: "first", metadata: { degraded: true, source: "cache" } } });
  clock.advance(1_000);
  expect(await call({}, bestEffort)).toMatchObject({ data: { result: "from spare", metadata: { degraded: true, source: "fallback" } } });
  connections.answer = down;
  expect(await call({}, bestEffort)).toMatchObject({ data: { result: "first", metadata: { degraded: true, source: "cache" } } });
  const withoutCache: Meta = { errorPolicy: { mode: "best_effort", retry_count: 1, cache_on_error: false } };
  expect(await call({}, withoutCache)).toMatchObject({ data: { result: "none", metadata: { degraded: true, source: "default" } } });
  const warning = /this is the configured default, because s.look failed: it failed/;
  expect(await call({ parameters: { n: 2 } }, bestEffort)).toMatchObject({
    data: { metadata: { warning: expect.stringMatching(warning) } },
  });
  expect(await call({ tool: "other" }, bestEffort)).toMatchObject({ rejected: { kind: "connection" } });
  const withoutFallback: Meta = { errorPolicy: { mode: "best_effort", retry_count: 1, fallback_enabled: false } };
  expect(await call({}, withoutFallback)).toMatchObject({ rejected: { kind: "connection" } });
});

test("nothing stands in for what was refused, what a server wants to ask, or what may have been done", async () => {
  const { connections, call } = await world({ fallbacks: { look: { default: "none" }, act: { default: "done" } } });
  const bestEffort: Meta = { errorPolicy: "best_effort" };
  connections.answer = failing("denied", false);
  expect(await call({}, bestEffort)).toMatchObject({ rejected: { kind: "denied", error: { type: "Security" } } });
  connections.answer = () => ({ kind: "unknown", error: { kind: "timeout", message: "no answer" } });
  expect(await call({ tool: "act" }, bestEffort)).toMatchObject({ rejected: { kind: "timeout", error: { details: { in_doubt: true } } } });
  expect(connections.calls.length).toBe(2);
  const detail = { resultType: "input_required", inputRequests: { who: { method: "elicitation/create" } } };
  connections.answer = () => ({ kind: "failed", accepted: true, error: { kind: "tool_error", message: "who?", detail } });
  expect(await call({}, bestEffort)).toMatchObject({
    rejected: { kind: "input_required", error: { code: "INPUT_REQUIRED", details: { input_requests: detail.inputRequests } } },
  });
  expect(connections.calls.length).toBe(3);
});

test.each([
  ["that learns who asks", true],
  ["whose injector may ask who it is", false],
])("two tenants never share an answer, nor do two users of a server %s", async (_, trusted) => {
  const { connections, adapter, call } = await world({ fallbacks: {} }, { trusted });
  const whose = async (params: JsonObject, { security }: Meta): Promise<JsonObject> => ({ ...params, of: security?.userId ?? null });
  if (!trusted) adapter.registerInjector("s", { supportsTool: () => true, injectContext: whose });
  const asked = (tenant: string, userId: string): Meta => ({
    tenant,
    security: { userId },
    errorPolicy: { mode: "best_effort", retry_count: 1 },
  });
  connections.answer = () => ({ kind: "succeeded", output: "of ann at acme" });
  await call({}, asked("acme", "ann"));
  connections.answer = failing("connection");
  expect(await call({}, asked("acme", "ann"))).toMatchObject({ data: { result: "of ann at acme" } });
  expect(await call({}, asked("acme", "bob"))).toMatchObject({ rejected: { kind: "connection" } });
  expect(await call({}, asked("globex", "ann"))).toMatchObject({ rejected: { kind: "connection" } });
});

test("a message may only ask for less than the service allows, and what is no policy is an error", async () => {
  const { connections, adapter, call } = await world();
  adapter.setErrorPolicy("s", { mode: "allow_partial", retryCount: 2, timeoutMs: 1_000 });
  connections.answer = failing("connection");
  expect(await call({}, { errorPolicy: { retry_count: 9, timeout_ms: 90_000 } })).toMatchObject({ error: { type: "McpClientConnection" } });
  expect(connections.calls.map(({ timeoutMs }) => timeoutMs)).toEqual([1_000, 1_000]);
  expect(await call({}, { errorPolicy: "best_efort" })).toMatchObject({
    rejected: { kind: "input_invalid", error: { type: "Validation", message: expect.stringContaining("best_effort") } },
  });
});

test("unknown services and tools, and a service without an injector, are told apart", async () => {
  const { connections, adapter, call } = await world();
  expect(await call({}, {}, "spar")).toMatchObject({
    rejected: { kind: "not_found", error: { type: "McpServerNotFound", message: expect.stringContaining('did you mean "spare"?') } },
  });
  expect(await call({ tool: "nothing" })).toMatchObject({
    rejected: { error: { type: "McpToolExecution", message: "Tool 'nothing' not found" } },
  });
  adapter.removeInjector("s");
  const none = { rejected: { kind: "no_injector", error: { type: "ProtocolAdapter", message: "No context injector found" } } };
  expect(await call({})).toMatchObject(none);
  await adapter.registerServer("s");
  expect(await call({})).toMatchObject({ data: { result: {} } });
  expect(connections.calls.length).toBe(1);
});

test("registering a server leaves the injector that was registered for it, which the default one stands behind", async () => {
  const { connections, adapter, call } = await world();
  adapter.registerInjector("s", {
    supportsTool: (name) => name === "look",
    injectContext: async (params, { tenant }) => ({ ...params, only: tenant ?? null }),
  });
  await adapter.registerServer("s");
  await call({}, { tenant: "acme" });
  await call({ tool: "other" }, { tenant: "acme" });
  expect(connections.calls.map((sent) => sent.arguments)).toEqual([{ only: "acme" }, {}]);
});

test("a server that cannot be asked is not registered", async () => {
  const { connections, adapter } = await world();
  connections.away.add("spare");
  await expect(adapter.registerServer("spare")).rejects.toMatchObject({ code: "server.unavailable" });
  await expect(adapter.registerServer("nowhere")).rejects.toMatchObject({ code: "server.not-found" });
  expect(adapter.service("nowhere")).toBeUndefined();
  expect(adapter.service("s")?.tools.map(({ name }) => name)).toEqual(["look", "act", "other"]);
});

test("an envelope that is none is refused with every fault, and one of another tenant does not pass", async () => {
  const { connections, adapter, call } = await world();
  const broken = { meta: { tenant: "Not A Tenant", duration: -1 }, data: { tool: "", parameters: {} } };
  expect(await adapter.callTool("s", broken).catch(rejection)).toMatchObject({ rejected: { error: { type: "Validation" } } });
  for (const value of [1n, () => 1, new Date(0), Number.NaN] as unknown as Json[]) {
    expect(await call({ parameters: { value } })).toMatchObject({
      rejected: { error: { message: expect.stringContaining("data.parameters") } },
    });
  }
  const inside = runInContext(
    Context.of({ tenant: "acme" }),
    async () => await adapter.callTool("s", toolCall({}, { tenant: "globex" })).catch(rejection),
  );
  expect(await inside).toMatchObject({ rejected: { kind: "denied", error: { type: "TenantExtraction" } } });
  expect(connections.calls).toEqual([]);
});

test("the time for all attempts ends a call that waits, and a signal ends it at once", async () => {
  const { connections, clock, adapter } = await world();
  connections.answer = undefined;
  const stop = new AbortController();
  const waiting = adapter.callTool("s", toolCall({}, {}), { signal: stop.signal });
  await nextTurn();
  stop.abort(new Error("enough"));
  connections.waiting[0]?.({ kind: "unknown", error: { kind: "cancelled", message: "stopped" } });
  await expect(waiting).rejects.toThrow("enough");
  const late = adapter.callTool("s", toolCall({}, {})).catch(rejection);
  await nextTurn();
  clock.advance(300_000);
  connections.waiting[1]?.({ kind: "unknown", error: { kind: "cancelled", message: "stopped" } });
  expect(await late).toMatchObject({ rejected: { kind: "timeout", error: { code: "TIMEOUT" } } });
});

test("a batch makes a few calls at once, and tells in their order how each ended", async () => {
  const { connections, adapter } = await world();
  connections.answer = undefined;
  const calls = [1, 2, 3, 4].map((n) => ({
    service: n === 2 ? "nobody" : "s",
    envelope: toolCall({ parameters: { n } }, {}),
    idempotencyKey: `k${n}`,
  }));
  const batch = adapter.callBatch(calls, { atOnce: 2 });
  const answered = async (): Promise<void> => {
    connections.waiting.shift()?.({ kind: "succeeded", output: connections.calls.length });
    await nextTurn();
  };
  await nextTurn();
  // The second one has failed at once.
  expect(connections.calls.map((call) => call.arguments["n"])).toEqual([1, 3]);
  await answered();
  expect(connections.calls.length).toBe(3);
  await answered();
  await answered();
  expect(await batch).toMatchObject([
    { ok: true, value: { data: { result: 2 } } },
    { ok: false, error: { code: "call.failed" } },
    { ok: true, value: { data: { result: 3 } } },
    { ok: true, value: { data: { result: 3 } } },
  ]);
  expect(connections.calls.map((call) => call.meta["dev.tutti/idempotency-key"])).toEqual(["k1", "k3", "k4"]);
  await expect(adapter.callBatch([], { atOnce: 0 })).rejects.toMatchObject({ code: "input.invalid" });
});
