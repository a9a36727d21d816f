import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { randomIds } from "../../../src/base/ids.ts";
import { isJsonObject, type JsonObject } from "../../../src/base/json.ts";
import { createToolCaller } from "../../../src/calls/call-path.ts";
import { rememberSecrets } from "../../../src/calls/remember-secrets.ts";
import { callGuards } from "../../../src/calls/call-guards.ts";
import { newMeta } from "../../../src/envelope/new-meta.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import type { ServerConfig } from "../../../src/model/server.ts";
import type { ToolCaller } from "../../../src/ports/tool-caller.ts";
import { callRequest } from "../../support/call-request.ts";
import { frameProblems, recordedFrames } from "../../support/recorded-frames.ts";
import { openTestConnections, type TestConnections, testServer } from "../../support/servers/test-connections.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const require = createRequire(import.meta.url);
const program = (name: string): string => require.resolve(`@modelcontextprotocol/${name}/dist/index.js`);
const own = (file: string): string => fileURLToPath(new URL(`../../support/servers/${file}`, import.meta.url));

/** Of somebody with claims, of which no server that is not trusted may hear. */
const META = newMeta(
  { clock: systemClock, ids: randomIds },
  {
    tenant: "acme",
    sessionId: "sess-789",
    security: { userId: "user-ann", sessionId: "sess-789", roles: ["role-clerk"], permissions: ["notes:secret"], ipAddress: "10.1.2.3" },
    onBehalfOf: { originalUser: "user-eve" },
    tracing: { traceId: randomIds.traceId(), spanId: randomIds.spanId(), traceState: "vendor=1", baggage: { region: "eu-west" } },
    debug: { environmentVars: { PASSWORD: "debug-word" } },
    correlationContext: { operation: "internal-operation" },
    extensions: { notes: { text: "internal-note" } },
  },
);

/** What somebody may try who wants to be somebody else. */
const SPOOFED = {
  _context: { tenant: "globex" },
  _security: { user_id: "root", permissions: ["*"] },
  _tracing: { trace_id: "0" },
  _meta: { "dev.tutti/security": { user_id: "root" } },
};

const META_KEYS = [
  "traceparent",
  "tracestate",
  "baggage",
  "progressToken",
  "dev.tutti/idempotency-key",
  "dev.tutti/attempt",
  "dev.tutti/execution",
  "dev.tutti/workflow",
  "dev.tutti/call",
  "dev.tutti/context",
  // Of 2026-07-28, in every request, and in those that find out the revision.
  ...["protocolVersion", "clientInfo", "clientCapabilities"].map((name) => `io.modelcontextprotocol/${name}`),
];

interface Call {
  readonly tool: string;
  readonly input?: JsonObject;
  /** Gives the call up when the server says how far it is. */
  readonly stopsEarly?: boolean;
}

interface Recorded {
  readonly outcomes: readonly CallOutcome[];
  readonly frames: readonly JsonObject[];
}

/** Makes the calls one after the other, on the whole path, and gives what came to the server. */
async function record(command: readonly string[], calls: readonly Call[], more: Partial<ServerConfig> = {}): Promise<Recorded> {
  using folder = temporaryDirectory();
  const log = join(folder.path, "frames.jsonl");
  const connection = { kind: "stdio", command: process.execPath, args: [own("recording-proxy.ts"), log, ...command], env: {} } as const;
  const config = testServer("", [], { connection, ...more });
  const outcomes: CallOutcome[] = [];
  {
    await using world = openTestConnections(config);
    const caller = callerOver(world, config);
    await world.connections.check("s", world.signal);
    for (const call of calls) outcomes.push(await make(call, caller));
  }
  return { outcomes, frames: recordedFrames(log) };
}

function callerOver({ connections }: TestConnections, config: ServerConfig): ToolCaller {
  const servers = new Map([["s", config]]);
  const secrets = rememberSecrets({ get: () => Promise.resolve(undefined) });
  return createToolCaller({ connections, servers, secrets, clock: systemClock, guards: callGuards({ servers, clock: systemClock }) });
}

async function make({ tool, input = {}, stopsEarly = false }: Call, caller: ToolCaller): Promise<CallOutcome> {
  const stop = new AbortController();
  const gate = {
    sending: () => Promise.resolve(),
    progress: () => (stopsEarly ? stop.abort() : undefined),
    stage: () => undefined,
  };
  const request = callRequest({ tool, input: { ...input, ...SPOOFED }, meta: META, timeoutMs: 20_000, attempt: 2, attemptsMax: 3 });
  return await caller.call(request, gate, stop.signal);
}

const SERVERS = [
  {
    name: "server-everything",
    command: [process.execPath, program("server-everything")],
    calls: [
      { tool: "echo", input: { message: "hi" } },
      { tool: "get-structured-content", input: { location: "New York" } },
      { tool: "trigger-long-running-operation", input: { duration: 0.2, steps: 2 } },
      { tool: "trigger-long-running-operation", input: { duration: 30, steps: 30 }, stopsEarly: true },
      { tool: "trigger-elicitation-request" },
      { tool: "no-such-tool" },
    ],
    succeeds: 3,
  },
  {
    name: "server-filesystem",
    command: [process.execPath, program("server-filesystem"), "/usr/share"],
    calls: [{ tool: "list_allowed_directories" }, { tool: "list_directory", input: { path: "/etc" } }],
    succeeds: 1,
  },
  {
    name: "server-memory",
    command: [process.execPath, program("server-memory")],
    calls: [{ tool: "read_graph" }, { tool: "search_nodes", input: { query: "x" } }],
    succeeds: 2,
    env: { MEMORY_FILE_PATH: "/dev/null" },
  },
] as const;

test.each(SERVERS)("$name sees nothing but valid MCP, and of us what the protocol has a place for", async (server) => {
  const { outcomes, frames } = await record(server.command, server.calls);
  expect(outcomes.filter(({ kind }) => kind === "succeeded").length).toBe(server.succeeds);
  expect(frames.flatMap((frame) => frameProblems(frame, "2025-11-25"))).toEqual([]);
  expectNothingOfOurs(frames);
  expect(callsIn(frames)).toEqual(server.calls.map(({ tool, ...call }) => ({ name: tool, arguments: "input" in call ? call.input : {} })));
});

test("a server of 2026-07-28 sees nothing but valid MCP, also when it asks in the middle of a call", async () => {
  const calls = [{ tool: "meta" }, { tool: "ask" }, { tool: "progress" }, { tool: "in_region", input: { region: "eu" } }];
  const { outcomes, frames } = await record([process.execPath, own("modern.ts")], calls);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["succeeded", "failed", "succeeded", "succeeded"]);
  expect(frames.flatMap((frame) => frameProblems(frame, "2026-07-28"))).toEqual([]);
  expectNothingOfOurs(frames);
});

test("only a server that is trusted hears who asks, and one that wants no context hears of none", async () => {
  const calls = [{ tool: "echo", input: { message: "hi" } }];
  const trusted = await record(SERVERS[0].command, calls, { trusted: true });
  expect(frameWith(trusted.frames)).toMatchObject({
    "dev.tutti/security": { user_id: "user-ann", session_id: "sess-789", permissions: ["notes:secret"] },
  });
  expect(JSON.stringify(trusted.frames)).not.toMatch(/role-clerk|10\.1\.2\.3|user-eve|debug-word|internal|"root"/);
  const alone = await record(SERVERS[0].command, calls, { context: "none" });
  expect(JSON.stringify(alone.frames)).not.toMatch(/acme|eu-west|vendor=1|dev\.tutti\/context/);
  expect(frameWith(alone.frames)).toHaveProperty("traceparent");
});

test("a strict tool of a server that wants context in its arguments still gets what it takes", async () => {
  const calls = [
    { tool: "echo", input: { message: "hi" } },
    { tool: "get-sum", input: { a: 2, b: 3 } },
  ];
  const { outcomes, frames } = await record(SERVERS[0].command, calls, { context: "arguments", trusted: true });
  expect(outcomes.map(({ kind }) => kind)).toEqual(["succeeded", "succeeded"]);
  expect(JSON.stringify(frames)).not.toMatch(/globex|"root"/);
});

/** `_meta` of the last call. */
function frameWith(frames: readonly JsonObject[]): unknown {
  return paramsOfCalls(frames).at(-1)?.["_meta"];
}

function callsIn(frames: readonly JsonObject[]): readonly unknown[] {
  return paramsOfCalls(frames).map(({ _meta, ...call }) => call);
}

function paramsOfCalls(frames: readonly JsonObject[]): readonly JsonObject[] {
  return frames.flatMap(({ method, params = {} }) => (method === "tools/call" && isJsonObject(params) ? [params] : []));
}

function expectNothingOfOurs(frames: readonly JsonObject[]): void {
  for (const frame of frames) {
    const { params = {} } = frame;
    const meta = isJsonObject(params) ? params["_meta"] : undefined;
    expect(Object.keys(isJsonObject(meta) ? meta : {}).filter((key) => !META_KEYS.includes(key))).toEqual([]);
    expect(JSON.stringify(frame)).not.toMatch(
      /user-ann|role-clerk|notes:secret|sess-789|10\.1\.2\.3|user-eve|debug-word|internal|globex|"root"/,
    );
  }
  expect(JSON.stringify(frames)).toContain('"tenant":"acme"');
}
