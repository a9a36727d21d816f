import { expect, test, vi } from "vitest";
import { readingTool } from "../../test/support/fake-connections.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { replicaRecord, serverRecord } from "../../test/support/server-record.ts";
import { failed, succeeded } from "../../test/support/world.ts";
import type { Clock } from "../base/clock.ts";
import { randomIds } from "../base/ids.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { CallOutcome } from "../model/call.ts";
import type { ReplicaAnswer, ServerRecord } from "../model/server-record.ts";
import type { Tool } from "../model/tool.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { checkHealth } from "./check-health.ts";
import type { CheckHealthPorts } from "./check-health.ts";

const context = { signal: new AbortController().signal, caller: {}, tell: () => undefined };
const ANSWER: ReplicaAnswer = {
  kind: "answered",
  version: "1.0.0",
  protocolVersion: "2025-11-25",
  era: "legacy",
  toolCount: 1,
  connectMs: 5,
  responseMs: 1,
};
const GONE = { kind: "silent", reason: "connect ECONNREFUSED", stderr: [] } as const;

/** Servers as discovery finds them, of which those with a tool answer as they are told. */
function portsOf(
  records: readonly ServerRecord[],
  answer: CallOutcome = succeeded({}),
  page?: JsonObject,
): CheckHealthPorts & { readonly called: string[] } {
  const pages = { page: async () => page };
  const called: string[] = [];
  const caller: ToolCaller = {
    serves: () => true,
    call: async ({ server, tool }) => {
      called.push(`${server}.${tool}`);
      return answer;
    },
  };
  const servers = new Map(records.map(({ serverId }) => [serverId, { effects: {}, requires: {} }]));
  return {
    servers,
    discovery: { discover: async () => records },
    security: undefined,
    pages,
    caller,
    clock: impatient(new ManualClock(7)),
    ids: randomIds,
    called,
  };
}

/** Pauses are over at once; limits never come. */
function impatient(clock: ManualClock): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    after(delayMs, callback) {
      if (delayMs <= 500) queueMicrotask(callback);
      return { [Symbol.dispose]: () => undefined };
    },
  };
}

function withStatus(tool: Tool = readingTool("get_server_status")): ServerRecord {
  return serverRecord({ tools: [tool], replicas: [replicaRecord({ answer: ANSWER })] });
}

test("all servers that are well make a healthy report without any advice", async () => {
  expect(await checkHealth({}, portsOf([serverRecord({ replicas: [replicaRecord({ answer: ANSWER })] })]), context)).toEqual({
    status: "healthy",
    checkedAtMs: 7,
    servers: [
      {
        server: "s",
        status: "healthy",
        responseMs: 1,
        version: "1.0.0",
        endpoints: [{ replica: "1", tier: 1, transport: "stdio", address: "none", health: "healthy", version: "1.0.0", responseMs: 1 }],
        recommendations: [],
      },
    ],
  });
  expect(await checkHealth({}, portsOf([]), context)).toMatchObject({ status: "healthy", servers: [] });
});

test.each<readonly [string, Partial<ServerRecord>, string, readonly string[]]>([
  [
    "a process that does not run",
    { health: { status: "unreachable" }, replicas: [replicaRecord({ status: "unreachable", answer: GONE })] },
    "unreachable",
    ['Start "s" by hand to see why it does not run: none'],
  ],
  [
    "an address where nobody is",
    {
      health: { status: "unreachable" },
      replicas: [replicaRecord({ status: "unreachable", answer: GONE, transport: "http", address: "http://a" })],
    },
    "unreachable",
    ['See whether "s" runs and can be reached from here at http://a, and whether that is the right address.'],
  ],
  [
    "a server that wants to know who asks",
    { replicas: [replicaRecord({ status: "unhealthy", answer: { ...GONE, reason: "it answered HTTP 401: no token" } })] },
    "healthy",
    ['"s" wants a credential, or another one: see what "headers" the configuration gives it.'],
  ],
  [
    "a server that hangs",
    { health: { status: "unhealthy" }, replicas: [replicaRecord({ status: "unhealthy", answer: GONE })] },
    "unhealthy",
    ['"s" is there, and does not answer as it should: look at what it writes, and restart it if it hangs.'],
  ],
  [
    "a slow server",
    { health: { status: "degraded" }, replicas: [replicaRecord({ status: "degraded", answer: { ...ANSWER, responseMs: 2_400 } })] },
    "degraded",
    ['"s" took 2.4 s to answer a check that asks for nothing: see whether it has too much to do.'],
  ],
  [
    "a server with one replica less",
    {
      health: { status: "degraded" },
      replicas: [
        replicaRecord(),
        replicaRecord({ name: "b", status: "unreachable", answer: GONE, transport: "websocket", address: "ws://b" }),
      ],
    },
    "degraded",
    [
      'See whether replica "b" of "s" runs and can be reached from here at ws://b, and whether that is the right address.',
      'Until then all calls of "s" go to "1": 1 of 2 replicas do the work.',
    ],
  ],
  [
    "a server with a queue",
    { load: { callsInFlight: 5, callsWaiting: 12 } },
    "healthy",
    ["12 calls wait for a place (5 at once): raise max_concurrent_calls if it can do more, or add a replica."],
  ],
])("of %s it is said what could be done", async (_, record, status, recommendations) => {
  expect(await checkHealth({}, portsOf([serverRecord(record)]), context)).toMatchObject({ servers: [{ status, recommendations }] });
});

test("a server that does not answer is asked three times, and the last answer counts", async () => {
  const away = serverRecord({ serverId: "a", health: { status: "unreachable" } });
  const well = serverRecord({ serverId: "b" });
  const asked: (readonly string[] | undefined)[] = [];
  const answers = [[away, well], [away], [{ ...away, health: { status: "healthy" as const } }]];
  const discover = async (names: readonly string[] | undefined) => {
    asked.push(names);
    return answers[asked.length - 1] ?? [];
  };
  const ports = { ...portsOf([]), discovery: { discover } };
  expect(await checkHealth({}, ports, context)).toMatchObject({ status: "healthy" });
  expect(asked).toEqual([undefined, ["a"], ["a"]]);
});

test("a try that takes too long is given up, and what was known before is told", async () => {
  const away = serverRecord({ serverId: "a", health: { status: "unreachable" } });
  const clock = new ManualClock(7);
  const second = Promise.withResolvers<undefined>();
  const discover = async (names: readonly string[] | undefined, signal: AbortSignal) => {
    if (names === undefined) return [away];
    second.resolve(undefined);
    return await new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  };
  const checking = checkHealth({}, { ...portsOf([]), clock, discovery: { discover } }, context);
  await vi.waitUntil(() => clock.step());
  await second.promise;
  clock.advance(10_000);
  expect(await checking).toMatchObject({ status: "unreachable", servers: [{ status: "unreachable" }] });
});

test("the report is as bad as all servers are together", async () => {
  const states = ["healthy", "degraded", "unreachable", "unhealthy"] as const;
  const records = states.map((status) => serverRecord({ serverId: status, health: { status } }));
  expect(await checkHealth({}, portsOf(records), context)).toMatchObject({ status: "unhealthy" });
  expect(await checkHealth({}, portsOf(records.slice(2)), context)).toMatchObject({ status: "unreachable" });
});

test.each<readonly [Json, object]>([
  [
    { version: "2.1", uptime_seconds: 90 },
    { status: "healthy", version: "2.1", uptimeMs: 90_000 },
  ],
  [
    { uptime_ms: 90, status: "operational" },
    { status: "healthy", version: "1.0.0", uptimeMs: 90 },
  ],
  [
    { uptime: 3, status: "degraded" },
    { status: "degraded", uptimeMs: 3_000, recommendations: ['Look into "s": it says of itself that it is "degraded".'] },
  ],
  [{ status: "DOWN", uptime: "a week" }, { status: "unhealthy" }],
  ["fine", { status: "healthy", version: "1.0.0" }],
])("a server that tells its status as %j is believed", async (said, expected) => {
  const ports = portsOf([withStatus()], succeeded(said));
  expect(await checkHealth({}, ports, context)).toMatchObject({ servers: [expected] });
  expect(ports.called).toEqual(["s.get_server_status"]);
});

test.each<readonly [JsonObject, object]>([
  [
    { status: "healthy", up_ms: 12, version: "3" },
    { status: "healthy", version: "3", uptimeMs: 12, endpoints: [{ version: "3", uptimeMs: 12 }] },
  ],
  [{ status: "unhealthy" }, { status: "unhealthy", recommendations: ['Look into "s": it says of itself that it is "unhealthy".'] }],
  [{}, { status: "healthy", version: "1.0.0" }],
])("a server whose page of health says %j is believed", async (page, expected) => {
  const record = serverRecord({ replicas: [replicaRecord({ answer: ANSWER })] });
  expect(await checkHealth({}, portsOf([record], succeeded({}), page), context)).toMatchObject({ servers: [expected] });
});

test("a status tool that fails is told, and one that whoever asks may not use is not", async () => {
  const ports = portsOf([withStatus()], failed("tool_error", "no database"));
  expect(await checkHealth({}, ports, context)).toMatchObject({
    servers: [{ status: "degraded", recommendations: ['Look into "s": its get_server_status failed: no database.'] }],
  });
  expect(await checkHealth({}, portsOf([withStatus()], failed("denied", "no")), context)).toMatchObject({ status: "healthy" });
});

test.each([
  ["is not known to only read", { name: "get_server_status", inputSchema: {} }],
  ["needs arguments", readingTool("get_server_status", { inputSchema: { required: ["token"] } })],
])("a status tool that %s is not used", async (_, tool) => {
  const ports = portsOf([withStatus(tool)]);
  expect(await checkHealth({}, ports, context)).toMatchObject({ status: "healthy" });
  expect(ports.called).toEqual([]);
});
