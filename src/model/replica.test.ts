import { expect, test } from "vitest";
import { serverConfig } from "../../test/support/server-config.ts";
import { connectionName, homeReplicas, machineOf, ownerOf, replicasOf } from "./replica.ts";
import type { MachineConnection, ReplicaConfig, ServerConfig } from "./server.ts";

const on = (machine: string): MachineConnection => ({ kind: "machine", machine, encrypted: true });
const there = (machine: string): ReplicaConfig => ({ name: `@${machine}`, connection: on(machine), tier: 1 });
const { connection } = serverConfig();
const second: ReplicaConfig = { name: "2", connection, tier: 1 };

test.each<[string, Partial<ServerConfig>, readonly string[], number]>([
  ["a server alone", {}, ["s"], 1],
  ["a server with replicas", { replicas: [second] }, ["s#1", "s#2"], 2],
  ["a server that machines have too keeps its own name", { machines: [there("gpu-1")] }, ["s", "s@gpu-1"], 1],
  ["replicas and machines", { replicas: [second], machines: [there("a.b")] }, ["s#1", "s#2", "s@a.b"], 2],
  ["a server that only machines have", { connection: on("a"), machines: [there("a"), there("b")] }, ["s@a", "s@b"], 2],
  ["a server that is nowhere now", { connection: on("a"), machines: [] }, [], 0],
])("%s", (_, more, names, home) => {
  const server = serverConfig(more);
  const replicas = replicasOf(server);
  expect(replicas.map((replica) => connectionName(server, replica))).toEqual(names);
  expect(homeReplicas(server)).toEqual(replicas.slice(0, home));
});

test.each([
  ["s", { server: "s" }, undefined],
  ["s#2", { server: "s", replica: "2" }, undefined],
  ["s@gpu-1", { server: "s", replica: "@gpu-1" }, "gpu-1"],
  ["s@a.b", { server: "s", replica: "@a.b" }, "a.b"],
])("the connection %s says whose it is and where", (name, owner, machine) => {
  expect(ownerOf(name)).toEqual(owner);
  expect(machineOf(name)).toBe(machine);
});
