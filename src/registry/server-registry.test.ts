import { expect, test } from "vitest";
import { FakeConnections } from "../../test/support/fake-connections.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import { defined } from "../base/defined.ts";
import type { ServerConfig } from "../model/server.ts";
import { HealthMonitor } from "./health-monitor.ts";
import { replicatedServers } from "./replicated-servers.ts";
import { ServerRegistry } from "./server-registry.ts";
import type { ServerRegistryOptions } from "./server-registry.ts";

const { signal } = new AbortController();
const ADDRESS = { kind: "http", url: "https://me:pass@mail.example/mcp?key=abc", headers: {} } as const;
const MAIL = serverConfig({ name: "mail", connection: ADDRESS, replicas: [{ name: "b", tier: 2, connection: ADDRESS }] });

function world(configs: readonly ServerConfig[] = [serverConfig()], demanded?: ServerRegistryOptions["demanded"]) {
  const servers = new Map(configs.map((config) => [config.name, config]));
  const connections = new FakeConnections([]);
  for (const { name } of configs) connections.add(serverConfig({ name }));
  const health = new HealthMonitor({ connections, servers, clock: new ManualClock() });
  const replicated = replicatedServers({ connections, servers, health });
  const loadOf = (server: string) => (server === "s" ? { callsInFlight: 2, callsWaiting: 1 } : undefined);
  const registry = new ServerRegistry({ connections, servers, health, replicated, loadOf, ...defined({ demanded }) });
  return { registry, connections, servers, [Symbol.asyncDispose]: () => health[Symbol.asyncDispose]() };
}

test("a server that is registered is asked for its tools, what it announces and its health, and is there for everybody", async () => {
  await using now = world();
  const answer = { kind: "answered", protocolVersion: "2025-11-25", era: "legacy", toolCount: 1, connectMs: 5, responseMs: 1 };
  const replica = { transport: "http", address: "https://mail.example/mcp", status: "healthy", answer };
  expect(await now.registry.registerServer({ ...MAIL, resources: { gpu: 1 } }, signal)).toEqual({
    serverId: "mail",
    tools: [expect.objectContaining({ name: "t" })],
    capabilities: { tools: {} },
    health: { status: "healthy", responseMs: 1 },
    limits: { calls: 10, largest: expect.anything(), resources: expect.anything() },
    replicas: [
      { name: "1", connection: "mail#1", tier: 1, ...replica },
      { name: "b", connection: "mail#b", tier: 2, ...replica },
    ],
  });
  expect(now.connections.names).toEqual(["s", "mail#1", "mail#b"]);
  expect(await now.registry.catalog(["mail"], signal)).toMatchObject({ s: { tools: [] }, mail: { tools: [{ name: "t" }] } });
});

test("of a server with several replicas, those that do not answer are in the record", async () => {
  await using now = world();
  now.connections.away.add("mail#1");
  expect(await now.registry.registerServer(MAIL, signal)).toMatchObject({
    tools: [{ name: "t" }],
    health: { status: "degraded", responseMs: 1 },
    replicas: [
      { name: "1", status: "unreachable", answer: { kind: "silent", reason: 'server "mail#1" is not available' } },
      { name: "b", status: "healthy", answer: { kind: "answered" } },
    ],
  });
});

test("when no replica answers, nothing of the server is left, and it can be registered again", async () => {
  await using now = world();
  for (const name of ["mail#1", "mail#b"]) now.connections.away.add(name);
  await expect(now.registry.registerServer(MAIL, signal)).rejects.toMatchObject({
    code: "server.unavailable",
    details: { server: "mail" },
  });
  expect(now.connections.names).toEqual(["s"]);
  expect([...now.servers.keys()]).toEqual(["s"]);
  now.connections.away.clear();
  expect(await now.registry.registerServer(MAIL, signal)).toMatchObject({ serverId: "mail" });
});

test("of two that are registered with one name at once, one is, and the other does not take it away", async () => {
  await using now = world();
  const both = await Promise.allSettled([now.registry.registerServer(MAIL, signal), now.registry.registerServer(MAIL, signal)]);
  expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(both[1]).toMatchObject({ reason: { code: "input.invalid" } });
  expect(await now.registry.catalog(["mail"], signal)).toMatchObject({ mail: { tools: [{ name: "t" }] } });
});

test.each([
  [{ name: "s" }, 'a server is named "s" already - another must have a name of its own'],
  [{ name: "a.b" }, 'server "a.b": this is no name - it has 1 to 64 of A-Z, a-z, 0-9, "_" and "-"'],
  [
    { replicas: [{ name: "1", tier: 1, connection: ADDRESS }] },
    'server "mail": "1" is no name for one replica - each has one of its own, as servers have',
  ],
  [
    { replicas: [{ name: "b#c", tier: 1, connection: ADDRESS }] },
    'server "mail": "b#c" is no name for one replica - each has one of its own, as servers have',
  ],
])("a server with %j is not registered", async (wrong, message) => {
  await using now = world();
  await expect(now.registry.registerServer({ ...MAIL, ...wrong }, signal)).rejects.toMatchObject({ code: "input.invalid", message });
  expect(now.connections.names).toEqual(["s"]);
});

test("discovery finds all servers, with how much of them is in use, and those that are away", async () => {
  await using now = world([serverConfig(), serverConfig({ name: "other" })]);
  now.connections.away.add("other");
  expect(await now.registry.discover(undefined, signal)).toMatchObject([
    { serverId: "s", health: { status: "healthy" }, load: { callsInFlight: 2, callsWaiting: 1 } },
    { serverId: "other", tools: [], health: { status: "unreachable" } },
  ]);
  await expect(now.registry.discover(["othr"], signal)).rejects.toMatchObject({
    message: expect.stringContaining('did you mean "other"?'),
  });
});

test("the best replica that answers tells what the server has", async () => {
  const replicas = [
    { name: "b", tier: 3, connection: ADDRESS },
    { name: "c", tier: 1, connection: ADDRESS },
  ];
  await using now = world([]);
  const listed: string[] = [];
  const tools = now.connections.tools.bind(now.connections);
  now.connections.tools = async (connection) => {
    listed.push(connection);
    return await tools(connection);
  };
  now.connections.away.add("mail#1");
  await now.registry.registerServer({ ...MAIL, replicas }, signal);
  expect(listed).toEqual(["mail#c"]);
});

test("a server that is not what is demanded is asked nothing, and cannot be registered", async () => {
  const auditFault = async () => "the disk is full";
  const clock = new ManualClock();
  await using now = world([serverConfig(), MAIL], { demands: ["authenticated"], clock, auditFault });
  const faults = [expect.stringContaining('replica "1" of server "mail" must be'), expect.stringContaining('replica "b"')];
  expect(await now.registry.catalog(["s", "mail"], signal)).toMatchObject({ s: { tools: [{ name: "t" }] }, mail: { tools: [], faults } });
  expect(await now.registry.faults(["mail", "s", "unknown"])).toEqual(faults);
  const refused = { code: "server.insecure", details: { faults: [expect.stringContaining('server "new" must be authenticated')] } };
  await expect(now.registry.registerServer(serverConfig({ name: "new", connection: ADDRESS }), signal)).rejects.toMatchObject(refused);
  await using audited = world([serverConfig()], { demands: ["audited"], clock, auditFault });
  expect(await audited.registry.catalog(["s"], signal)).toMatchObject({ s: { faults: [expect.stringContaining("the disk is full")] } });
});
