import { expect, test } from "vitest";
import { AuditNotes } from "../../test/support/audit-notes.ts";
import { callRequest } from "../../test/support/call-request.ts";
import { FakeConnections, readingTool } from "../../test/support/fake-connections.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { currentContext, runInContext } from "../context/ambient-context.ts";
import { Context } from "../envelope/context.ts";
import type { CallRequest, CallOutcome } from "../model/call.ts";
import type { ServerConfig } from "../model/server.ts";
import { UNWATCHED } from "../ports/tool-caller.ts";
import { callGuards } from "./call-guards.ts";
import { createToolCaller } from "./call-path.ts";
import type { ContextInjector } from "./context-injector.ts";
import { type ContextInjectors, contextInjectors } from "./context-injectors.ts";
import { rememberSecrets } from "./remember-secrets.ts";

const META = { requestId: "0193f2c0-0000-7000-8000-000000000001", tenant: "acme", timestamp: "2026-01-01T09:00:00.000Z" };

interface Path {
  readonly connections: FakeConnections;
  readonly audit: AuditNotes;
  readonly clock: ManualClock;
  readonly injectors: ContextInjectors;
  readonly call: (more?: Partial<CallRequest>) => Promise<CallOutcome>;
}

function path(config: Partial<ServerConfig> = {}, connections = new FakeConnections()): Path {
  const server: ServerConfig = {
    name: "s",
    connection: { kind: "http", url: "http://x", headers: {} },
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
    ...config,
  };
  const servers = new Map([["s", server]]);
  const clock = new ManualClock();
  const audit = new AuditNotes();
  const injectors = contextInjectors(servers, connections);
  const secrets = rememberSecrets({ get: async () => currentContext()?.tenant ?? "nobody" });
  const caller = createToolCaller({ connections, servers, secrets, clock, audit, injectors, guards: callGuards({ servers, clock }) });
  const { signal } = new AbortController();
  return {
    connections,
    audit,
    clock,
    injectors,
    call: async (more = {}) => await caller.call(callRequest({ meta: META, ...more }), UNWATCHED, signal),
  };
}

test("reserved arguments of a caller are taken out and written down, and the call goes on without them", async () => {
  const { connections, audit, call } = path();
  const claims = {
    _context: { tenant: "globex" },
    _security: { user_id: "root" },
    _tracing: {},
    _meta: { "dev.tutti/security": {} },
    _security_context: {},
    _qollective_context: {},
    _SECURITY: {},
  };
  expect(
    (await call({ input: { n: 1, _mine: 2, ...claims }, secrets: [{ path: ["_context", "x"], parts: [{ secret: "S" }] }] })).kind,
  ).toBe("succeeded");
  expect(connections.calls[0]?.arguments).toEqual({ n: 1, _mine: 2 });
  expect(audit.entries[0]).toMatchObject({
    action: "claims",
    decision: "denied",
    tenant: "acme",
    tool: "t",
    details: { arguments: Object.keys(claims) },
  });
});

test.each([
  [{ tenant: "globex" }, false],
  [{ tenant_id: "globex" }, false],
  [{ tenant_id: ["acme", "globex"] }, false],
  [{ tenant: { $ne: "acme" } }, false],
  [{ tenant: 7 }, false],
  [{ tenantId: "globex" }, false],
  [{ "Tenant-ID": "globex" }, false],
  [{ TENANT_ID: "acme" }, true],
  [{ tenant: "acme", tenant_id: "acme" }, true],
  [{ tenant: null }, true],
  [{ tenants: "globex" }, true],
])("a call for acme with the arguments %j is sent: %s", async (input, isSent) => {
  const { connections, audit, call } = path();
  const outcome = await call({ input });
  expect(connections.calls.length).toBe(isSent ? 1 : 0);
  if (isSent) return;
  expect(outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "denied", detail: { code: "tenant.invalid" } } });
  expect(audit.entries).toMatchObject([{ action: "tenant", decision: "denied", tenant: "acme" }]);
});

test("what cannot be written down is refused", async () => {
  const { connections, audit, call } = path();
  audit.failing = true;
  expect(await call({ input: { _context: {} } })).toMatchObject({ kind: "failed", accepted: false, error: { kind: "denied" } });
  expect(await call({ input: { tenant: "globex" } })).toMatchObject({
    error: { kind: "denied", message: expect.stringContaining("disk is full") },
  });
  expect(connections.calls).toEqual([]);
});

test("an answer is never given to another tenant, nor to another user where the server learns who asks", async () => {
  for (const trusted of [false, true]) {
    const { connections, call } = path({ trusted });
    const asked = async (tenant: string, userId: string) => await call({ cacheTtlMs: 60_000, meta: { tenant, security: { userId } } });
    await asked("acme", "ann");
    expect(await asked("acme", "ann")).toMatchObject({ source: "cache" });
    expect(await asked("globex", "ann")).not.toHaveProperty("source");
    expect("source" in (await asked("acme", "bob"))).toBe(!trusted);
    expect(connections.calls.length).toBe(trusted ? 3 : 2);
  }
});

test.each([
  [{}, {}],
  [{ context: "meta" }, {}],
  [{ context: "arguments" }, { _context: { tenant: "acme", request_id: META.requestId, timestamp: META.timestamp } }],
  [
    { context: "arguments", trusted: true },
    { _context: { tenant: "acme" }, _security: { user_id: "ann", session_id: "sess-1", permissions: ["a:b"] } },
  ],
] as const)("a server configured with %j gets %j in its arguments", async (config, expected) => {
  const { connections, call } = path(config);
  await call({ meta: { ...META, sessionId: "sess-1", security: { userId: "ann", roles: ["clerk"], permissions: ["a:b"] } } });
  const given = connections.calls[0]?.arguments ?? {};
  expect(given).toMatchObject({ n: 1, ...expected });
  const tracing = "_context" in expected ? ["_tracing"] : [];
  expect(Object.keys(given).sort()).toEqual([...Object.keys(expected), ...tracing, "n"].sort());
});

test.each([
  [{}, true],
  [{ additionalProperties: true }, true],
  [{ additionalProperties: {} }, true],
  [{ properties: { _context: { type: "object" } }, additionalProperties: false }, true],
  [{ properties: { _context: { type: ["object", "null"] } } }, true],
  [{ additionalProperties: false }, false],
  [{ additionalProperties: { type: "string" } }, false],
  [{ properties: { _context: { type: "string" } } }, false],
  [{ properties: { _context: false } }, false],
  [{ allOf: [{ additionalProperties: false }] }, false],
  [{ unevaluatedProperties: false }, false],
  [{ propertyNames: { pattern: "^[a-z]" } }, false],
  [{ maxProperties: 1 }, false],
])("a tool with the schema %j is given the context in its arguments: %s", async (schema, isGiven) => {
  const tools = [readingTool("t", { inputSchema: { type: "object", ...schema } })];
  const { connections, call } = path({ context: "arguments" }, new FakeConnections(["s"], tools));
  await call();
  expect("_context" in (connections.calls[0]?.arguments ?? {})).toBe(isGiven);
});

test("users do not share answers where an injector that was registered may tell them apart", async () => {
  const { connections, injectors, call } = path();
  injectors.register("s", {
    supportsTool: () => true,
    injectContext: async (params, meta) => ({ ...params, owner: meta.security?.userId ?? null }),
  });
  for (const userId of ["ann", "bob", "ann"]) await call({ cacheTtlMs: 60_000, meta: { tenant: "acme", security: { userId } } });
  expect(connections.calls.map((sent) => sent.arguments["owner"])).toEqual(["ann", "bob"]);
});

test("an injector works on a copy, in the context of the call, also when somebody else's call had opened the connection", async () => {
  const { connections, injectors, call } = path();
  const seen: (string | undefined)[] = [];
  const injector: ContextInjector = {
    supportsTool: () => true,
    async injectContext(params, meta) {
      await Promise.resolve();
      seen.push(currentContext()?.tenant);
      expect(Object.isFrozen(meta)).toBe(true);
      return Object.assign(params, { tenant_id: meta.tenant });
    },
  };
  injectors.register("s", injector);
  const input = { n: 1 };
  await runInContext(Context.of({ tenant: "globex" }), async () => await call({ input }));
  expect(input).toEqual({ n: 1 });
  expect(connections.calls[0]?.arguments).toEqual({ n: 1, tenant_id: "acme" });
  expect(seen).toEqual(["acme"]);
});

test("a source of secrets finds for whom the secret is", async () => {
  const { connections, call } = path();
  await call({ secrets: [{ path: ["n"], parts: [{ secret: "KEY" }] }] });
  expect(connections.calls[0]?.arguments).toEqual({ n: "acme" });
});

test.each([
  ["throws", () => Promise.reject(new Error("no")), "input_invalid"],
  ["gives no object", () => Promise.resolve("text" as never), "input_invalid"],
  ["changes what a secret replaces", () => Promise.resolve({ n: "[secret KEY] or everything" }), "input_invalid"],
] as const)("an injector that %s fails the call, which is not sent", async (_, injectContext, kind) => {
  const { connections, injectors, call } = path();
  injectors.register("s", { supportsTool: () => true, injectContext });
  const outcome = await call({ input: { n: "[secret KEY]" }, secrets: [{ path: ["n"], parts: [{ secret: "KEY" }] }] });
  expect(outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind } });
  expect(connections.calls).toEqual([]);
});

test("an injector that never ends has the time of an attempt", async () => {
  const { connections, clock, injectors, call } = path();
  injectors.register("s", { supportsTool: () => true, injectContext: () => new Promise<never>(() => undefined) });
  const calling = call();
  while (clock.nextMs === undefined) await Promise.resolve();
  clock.advance(1_000);
  expect(await calling).toMatchObject({
    kind: "failed",
    accepted: false,
    error: { message: expect.stringContaining("longer than 1000 ms") },
  });
  expect(connections.calls).toEqual([]);
});

test("an injector that cannot say which tools it is for is not taken for one that is for none", async () => {
  const { connections, injectors, call } = path();
  const supportsTool = (): never => {
    throw new TypeError("broken");
  };
  injectors.register("s", { supportsTool, injectContext: async (params) => params });
  expect(await call()).toMatchObject({ kind: "failed", accepted: false, error: { kind: "input_invalid" } });
  expect(connections.calls).toEqual([]);
});

test("the database injector confines its tools to the tenant, and without a tenant nothing is sent", async () => {
  const schema = { inputSchema: { type: "object", properties: { query: {}, params: {}, tenant_id: {} }, additionalProperties: false } };
  const tools = ["database_query", "list_tables"].map((name) => readingTool(name, schema));
  const injector = { kind: "database", tables: { orders: { kind: "tenant", columns: ["tenant_id", "id"] } } } as const;
  const { connections, audit, call } = path({ injector }, new FakeConnections(["s"], tools));
  await call({ tool: "database_query", input: { query: "SELECT id FROM orders WHERE id = 1 OR true" } });
  const sent = connections.calls[0]?.arguments;
  expect(sent).toMatchObject({ tenant_id: "acme", params: ["acme"] });
  expect(sent?.["query"]).toContain("tenant_id = ");
  await call({ tool: "list_tables", input: {} });
  expect(connections.calls[1]?.arguments).toEqual({});
  const nobody = await call({ tool: "database_query", input: { query: "SELECT id FROM orders" }, meta: {} });
  expect(nobody).toMatchObject({ kind: "failed", accepted: false, error: { kind: "denied", message: "No tenant in context" } });
  await call({ tool: "database_query", input: { query: "SELECT pg_sleep(10)" } });
  expect(connections.calls.length).toBe(2);
  const denied = audit.entries.filter(({ decision }) => decision === "denied");
  expect(denied).toMatchObject(["No tenant in context", "pg_sleep"].map((word) => ({ reason: expect.stringContaining(word) })));
});
