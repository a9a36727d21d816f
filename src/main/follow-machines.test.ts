import { expect, test } from "vitest";
import type { Machine } from "../model/machine.ts";
import type { ServerConfig } from "../model/server.ts";
import { builtInServers } from "./built-in-servers.ts";
import { followMachines } from "./follow-machines.ts";

const JOINED: Machine = {
  machineId: "gpu-1",
  hostname: "gpu-1",
  status: "online",
  role: "node",
  resources: {},
  usage: {},
  runningServices: ["checks", "files"],
  tasks: 0,
  registeredAtMs: 0,
  lastHeartbeatAtMs: 0,
  version: "1.0.0",
  platform: "linux",
};

test("a machine that has a server named like the one that runs checks does not get to run them", () => {
  const program = { kind: "command", command: "true", args: [], workingDirectory: "/", env: {} } as const;
  const configured = builtInServers({ checks: { "unit-tests": program }, handlers: {} });
  const servers = new Map<string, ServerConfig>(configured.map((server) => [server.name, server]));
  using _following = followMachines({
    machines: {
      list: () => [JOINED],
      get: () => JOINED,
      services: () => [],
      onChange: () => ({ [Symbol.dispose]: () => undefined }),
      call: async () => ({ kind: "succeeded", output: { passed: true } }),
    },
    servers,
    health: { checked: () => undefined },
    encrypted: true,
    mayLeave: true,
  });
  expect(servers.get("checks")).toEqual(configured[0]);
  expect(servers.get("files")?.machines).toMatchObject([{ connection: { kind: "machine", machine: "gpu-1" } }]);
});
