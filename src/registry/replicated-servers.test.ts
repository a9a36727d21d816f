import { assert, expect, test } from "vitest";
import { FakeConnections } from "../../test/support/fake-connections.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { HealthSignal, HealthState } from "../model/health.ts";
import type { ServerConfig } from "../model/server.ts";
import { replicatedServers } from "./replicated-servers.ts";

const { signal } = new AbortController();
const CONNECTION = { kind: "stdio", command: "c", args: [], env: {} } as const;

function config(name: string, replicas: Readonly<Record<string, number>> = {}): ServerConfig {
  const others = Object.entries(replicas).map(([replica, tier]) => ({ name: replica, tier, connection: CONNECTION }));
  return serverConfig({ name, tier: 2, replicas: others });
}

/** Connections that remember who was asked for its tools, and what their health is told. */
function world(states: Readonly<Record<string, HealthState>>, away: readonly string[] = []) {
  const servers = new Map([config("files", { b: 1, c: 2 }), config("mail")].map((server) => [server.name, server]));
  const asked: string[] = [];
  const told: [string, HealthSignal["kind"] | "watched"][] = [];
  const connections = new FakeConnections(["files#1", "files#b", "files#c", "mail"]);
  const tools = connections.tools.bind(connections);
  connections.tools = async (connection) => {
    asked.push(connection);
    return await tools(connection);
  };
  for (const name of away) connections.away.add(name);
  const health = {
    stateOf: (connection: string) => states[connection] ?? "unknown",
    saw: () => assert.fail("this is for calls"),
    checked: (connection: string, { kind }: HealthSignal) => void told.push([connection, kind]),
    watch: (connection: string) => void told.push([connection, "watched"]),
  };
  return { replicated: replicatedServers({ connections, servers, health }), asked, told, servers };
}

test.each<readonly [string, Readonly<Record<string, HealthState>>, string]>([
  ["the best tier", {}, "files#b"],
  ["what is known to answer, of one tier", { "files#b": "unreachable", "files#c": "healthy" }, "files#c"],
  ["the order of the configuration, of equals", { "files#b": "unhealthy" }, "files#1"],
  ["a better tier, also when it is slow", { "files#b": "degraded", "files#c": "healthy" }, "files#b"],
  ["a better tier, also when all are bad", { "files#1": "unhealthy", "files#b": "unreachable", "files#c": "unhealthy" }, "files#b"],
])("a server with replicas is asked through %s", async (_, states, connection) => {
  const { replicated, asked, told } = world(states);
  await replicated.tools("files", signal);
  expect(asked).toEqual([connection]);
  expect(told).toEqual([[connection, "watched"]]);
});

test("it goes on to the next replica when one is away, and health is told", async () => {
  const { replicated, asked, told } = world({}, ["files#b", "files#1"]);
  await replicated.tools("files", signal);
  expect(asked).toEqual(["files#b", "files#1", "files#c"]);
  expect(told).toEqual([
    ["files#b", "failed"],
    ["files#1", "failed"],
    ["files#c", "watched"],
  ]);
});

test("when no replica answers, the error names all that were tried", async () => {
  const { replicated } = world({}, ["files#b", "files#1", "files#c", "mail"]);
  await expect(replicated.tools("files", signal)).rejects.toMatchObject({
    code: "server.unavailable",
    message: expect.stringMatching(/^server "files" is not available, none of its 3 replicas: "b" \(.+\), "1" \(.+\), "c" \(.+\)$/),
    details: { server: "files" },
  });
  await expect(replicated.tools("mail", signal)).rejects.toMatchObject({
    message: expect.stringMatching(/^server "mail" is not available: /),
  });
});

test("a server that is not configured is not found, with the name that was meant; one that is added later is", async () => {
  const { replicated, servers } = world({});
  await expect(replicated.facts("file", signal)).rejects.toMatchObject({
    code: "server.not-found",
    message: 'no server has the name "file" - did you mean "files"?',
  });
  servers.set("file", config("file", { b: 1 }));
  expect(replicated.names).toEqual(["files", "mail", "file"]);
});

test("a change of tools is told with the name of the server", async () => {
  const { servers } = world({});
  const connections = new FakeConnections();
  const health = { stateOf: () => "unknown" as const, saw: () => undefined, checked: () => undefined, watch: () => undefined };
  const heard: string[] = [];
  using _ = replicatedServers({ connections, servers, health }).onToolsChanged((server) => void heard.push(server));
  connections.toolsChanged("files#b");
  connections.toolsChanged("mail");
  expect(heard).toEqual(["files", "mail"]);
});
