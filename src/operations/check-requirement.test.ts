import { expect, test } from "vitest";
import { catalogOf, closed } from "../../test/support/catalog-of.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { Machine, MachineStatus } from "../model/machine.ts";
import { TuttiError } from "../model/errors.ts";
import type { RequirementCheck } from "../model/pattern.ts";
import type { ServerRecord } from "../model/server-record.ts";
import type { RequirementProbes } from "../ports/patterns.ts";
import { checkRequirement } from "./check-requirement.ts";
import { checkRequirements } from "./check-requirements.ts";

const { signal } = new AbortController();

test.each<{ readonly check: RequirementCheck; readonly passed: boolean; readonly says: unknown }>([
  { check: { kind: "server", names: ["files"] }, passed: true, says: "files answers" },
  {
    check: { kind: "server", names: ["files", "dead"] },
    passed: false,
    says: expect.stringMatching(/^server "dead" is not available: it has gone$/),
  },
  { check: { kind: "server", names: ["fils"] }, passed: false, says: 'no server has the name "fils"' },
  { check: { kind: "tool", names: ["files.write"] }, passed: true, says: "files.write is there" },
  { check: { kind: "tool", names: ["files.write"], with: { path: "a" } }, passed: true, says: "files.write takes the arguments" },
  {
    check: { kind: "tool", names: ["files.write"], with: { path: 3, more: 1 } },
    passed: false,
    says: expect.stringMatching(/^"path" must be a string, not 3; files.write has no argument "more"/),
  },
  { check: { kind: "tool", names: ["files.writ"] }, passed: false, says: 'unknown tool "files.writ" - did you mean "files.write"?' },
  { check: { kind: "tool", names: ["write"] }, passed: false, says: expect.stringMatching(/unknown server ""/) },
  {
    check: { kind: "check", names: ["good", "bad"], is: "registered" },
    passed: true,
    says: 'the check "good" is registered; the check "bad" is registered',
  },
  { check: { kind: "check", names: ["god"], is: "registered" }, passed: false, says: 'there is no check "god" - did you mean "good"?' },
  {
    check: { kind: "check", names: ["toString"], is: "registered" },
    passed: false,
    says: 'there is no check "toString" - add it under "checks" in tutti.yaml',
  },
  { check: { kind: "check", names: ["good", "bad"], is: "passing" }, passed: false, says: '"bad": it said no' },
  { check: { kind: "port", ports: [80], is: "free" }, passed: true, says: "port 80 is free" },
  { check: { kind: "port", ports: [80, 81], is: "free" }, passed: false, says: "port 81 is taken" },
  { check: { kind: "port", ports: [8080], is: "registered" }, passed: true, says: "port 8080 is registered for cluster" },
  { check: { kind: "port", ports: [8081], is: "registered" }, passed: false, says: "port 8081 is not in the table of ports" },
  { check: { kind: "machine", names: ["local", "busy"] }, passed: true, says: 'the machine "local" is online; the machine "busy" is busy' },
  { check: { kind: "machine", names: ["local", "away"] }, passed: false, says: 'the machine "away" is offline' },
  { check: { kind: "machine", names: ["loc"] }, passed: false, says: expect.stringMatching(/^no machine has the name "loc"/) },
  { check: { kind: "file", paths: ["a"] }, passed: true, says: '"a" is there' },
  { check: { kind: "parameter", holds: false }, passed: false, says: "the parameters do not say so" },
])("$check gives $says", async ({ check, passed, says }) => {
  const found = await checkRequirement(check, probes(), signal);
  expect(found).toEqual({ passed, detail: says });
});

test("what runs checks comes one by one and last, and the results stand in the order of the requirements", async () => {
  const order: string[] = [];
  const watched: RequirementProbes = {
    ...probes(),
    runCheck: async (name) => {
      order.push(`+${name}`);
      await Promise.resolve();
      order.push(`-${name}`);
      return { passed: true, detail: "" };
    },
    fileIsThere: async (path) => {
      order.push(path);
      return { passed: true, detail: "" };
    },
  };
  const common = { description: "", severity: "blocking" } as const;
  const results = await checkRequirements(
    [
      { id: "1", ...common, check: { kind: "check", names: ["good"], is: "passing" } },
      { id: "2", ...common, check: { kind: "file", paths: ["a"] } },
      { id: "3", ...common, check: { kind: "check", names: ["bad"], is: "passing" } },
    ],
    watched,
    signal,
  );
  expect(order).toEqual(["a", "+good", "-good", "+bad", "-bad"]);
  expect(results.map(({ id }) => id)).toEqual(["1", "2", "3"]);
});

test("whoever no longer waits is not told anything", async () => {
  const gone = new AbortController();
  gone.abort(new Error("gone"));
  const failing = {
    ...probes(),
    fileIsThere: async (): Promise<never> => {
      throw new TuttiError("usage", "no", {});
    },
  };
  await expect(checkRequirement({ kind: "file", paths: ["a"] }, failing, gone.signal)).rejects.toThrow("gone");
});

function probes(): RequirementProbes {
  const machines = [machine(LOCAL_MACHINE, "online"), machine("busy", "busy"), machine("away", "offline")];
  return {
    discovery: {
      discover: async (names = []) =>
        names.map((name) => {
          if (name === "fils") throw new TuttiError("server.not-found", `no server has the name "${name}"`, { server: name });
          return record(name, name === "files");
        }),
    },
    catalogs: { catalog: async () => catalogOf({ files: { tools: { write: { inputSchema: closed({ path: { type: "string" } }) } } } }) },
    checks: { checks: { good: scripted, bad: scripted }, handlers: {} },
    machines: { list: () => machines, get: (id) => machines.find(({ machineId }) => machineId === id) },
    runCheck: async (name) => ({ passed: name === "good", detail: name === "good" ? "fine" : "it said no" }),
    portHolder: (port) => (port === 8080 ? "cluster" : undefined),
    portIsFree: async (port) => ({ passed: port === 80, detail: `port ${port} is ${port === 80 ? "free" : "taken"}` }),
    fileIsThere: async (path) => ({ passed: true, detail: `"${path}" is there` }),
  };
}

const scripted = { kind: "command", command: "true", args: [], workingDirectory: "/", env: {} } as const;

function machine(machineId: string, status: MachineStatus): Machine {
  return {
    machineId,
    hostname: machineId,
    status,
    role: "node",
    resources: {},
    usage: {},
    runningServices: [],
    tasks: 0,
    registeredAtMs: 0,
    lastHeartbeatAtMs: 0,
    version: "0",
    platform: "test",
  };
}

function record(serverId: string, answers: boolean): ServerRecord {
  const answer = answers
    ? ({ kind: "answered", protocolVersion: "1", era: "modern", toolCount: 1, connectMs: 0, responseMs: 0 } as const)
    : ({ kind: "silent", reason: "it has gone", stderr: [] } as const);
  const status = answers ? "healthy" : "unhealthy";
  return {
    serverId,
    tools: [],
    capabilities: {},
    health: { status },
    limits: { calls: 1, largest: {}, resources: {} },
    replicas: [{ name: serverId, connection: serverId, tier: 0, transport: "stdio", address: "", status, answer }],
  };
}
