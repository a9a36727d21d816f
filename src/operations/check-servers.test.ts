import { expect, test } from "vitest";
import { readingTool } from "../../test/support/fake-connections.ts";
import { replicaRecord, serverRecord } from "../../test/support/server-record.ts";
import { checkServers } from "./check-servers.ts";
import type { CheckServersPorts } from "./check-servers.ts";

const context = { signal: new AbortController().signal, caller: {}, tell: () => undefined };
const FACTS = { protocolVersion: "2025-11-25", era: "legacy", toolCount: 1, connectMs: 5, responseMs: 1 } as const;
const KNOWN = { capabilities: { tools: {} }, limits: { calls: 5, resources: {} } } as const;
const SILENT = { kind: "silent", reason: "nobody is there", stderr: ["no port"] } as const;

test("servers are checked one and all, with their replicas, and one that is away says why", async () => {
  const shop = serverRecord({ serverId: "shop", tools: [readingTool("charge")] });
  const away = replicaRecord({ name: "b", tier: 2, status: "unreachable", answer: SILENT });
  const discovery = {
    discover: async () => [
      shop,
      serverRecord({
        serverId: "half",
        load: { callsInFlight: 5, callsWaiting: 2 },
        health: { status: "degraded" },
        replicas: [away, replicaRecord()],
      }),
      serverRecord({ serverId: "mail", health: { status: "unreachable" }, replicas: [away] }),
    ],
  };
  const replica = { transport: "stdio", address: "none" };
  const silent = { replica: "b", tier: 2, ...replica, health: "unreachable", message: SILENT.reason };
  const well = { replica: "1", tier: 1, ...replica, health: "healthy", responseMs: 1 };
  expect(await checkServers({}, { servers: new Map(), discovery, security: undefined }, context)).toEqual({
    servers: [
      { status: "available", server: "shop", health: "healthy", ...FACTS, ...KNOWN, warnings: [], replicas: [well] },
      {
        status: "available",
        server: "half",
        health: "degraded",
        ...FACTS,
        ...KNOWN,
        load: { callsInFlight: 5, callsWaiting: 2 },
        warnings: [],
        replicas: [silent, well],
      },
      {
        status: "unavailable",
        server: "mail",
        health: "unreachable",
        message: 'server "mail" is not available: nobody is there',
        stderr: ["no port"],
        replicas: [silent],
      },
    ],
  });
});

test.each([
  [{ permissions: { charge: ["a:b"], "*": ["a:c"] }, effects: { charge: "once" }, requires: { charge: ["pay"] } }, []],
  [
    { permissions: { chagre: ["a:b"] } },
    ['"permissions" names the tool "chagre", which the server does not have - did you mean "charge"?'],
  ],
  [
    { rateLimits: { tools: { charge: { count: 1, perMs: 1 }, "*": { count: 1, perMs: 1 } } } },
    ['"rate_limit.tools" names the tool "*", which the server does not have'],
  ],
  [
    { effects: { "*": "read" }, requires: { pay: [] } },
    ['"effects" names the tool "*", which the server does not have', '"requires" names the tool "pay", which the server does not have'],
  ],
] as const)("what is configured as %j gets the warnings %j", async (config, warnings) => {
  const servers: CheckServersPorts["servers"] = new Map([["shop", { effects: {}, requires: {}, ...config }]]);
  const discovery = { discover: async () => [serverRecord({ serverId: "shop", tools: [readingTool("charge")] })] };
  const security = { faults: async () => ["it must be encrypted"] };
  const faults = ["it must be encrypted", ...warnings];
  expect(await checkServers({}, { servers, discovery, security }, context)).toMatchObject({ servers: [{ warnings: faults }] });
  expect(await checkServers({}, { servers, discovery, security: undefined }, context)).toMatchObject({
    servers: [{ status: "available", warnings }],
  });
});
