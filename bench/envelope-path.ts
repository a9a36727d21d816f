import { fileURLToPath } from "node:url";
import { systemClock } from "../src/base/clock.ts";
import { randomIds } from "../src/base/ids.ts";
import { createToolCaller } from "../src/calls/call-path.ts";
import { rememberSecrets } from "../src/calls/remember-secrets.ts";
import { callLimits } from "../src/calls/take-place.ts";
import type { Meta } from "../src/envelope/meta.ts";
import { newMeta } from "../src/envelope/new-meta.ts";
import { openConnections } from "../src/mcp-client/open-connections.ts";
import type { CallRequest } from "../src/model/call.ts";
import type { ServerConfig } from "../src/model/server.ts";
import type { AuditLog } from "../src/ports/audit.ts";
import type { Connections } from "../src/ports/connections.ts";
import type { ToolCaller } from "../src/ports/tool-caller.ts";
import { openAuditLog } from "../src/sqlite/audit-log.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { compare, type Figure, median } from "./figure.ts";

const ROUNDS = 15;
const CALLS = 1_000;
const SERVER = fileURLToPath(new URL("../test/support/servers/echo.ts", import.meta.url));
const INPUT = { text: "hello" };
const ACCESS = { roles: { clerk: ["echo:read"] }, tenants: {} };

const CONFIG: ServerConfig = {
  name: "echo",
  connection: { kind: "stdio", command: process.execPath, args: [SERVER], env: {} },
  honoursIdempotencyKey: false,
  effects: {},
  requires: {},
  trusted: true,
  permissions: { echo: ["echo:read"] },
};

/** Of somebody who may make the call. */
const META: Meta = newMeta(
  { clock: systemClock, ids: randomIds },
  { tenant: "acme", sessionId: "sess-789", security: { userId: "ann", sessionId: "sess-789", roles: ["clerk"], permissions: [] } },
);

/**
 * What the envelope adds to one call over stdio: meta, permissions, tenant, injectors, `_meta`. The floor is the same
 * connection, called without all that. Once more with an audit log, in which reads are written down when they have ended.
 */
export async function measureEnvelopePath(): Promise<readonly Figure[]> {
  using directory = temporaryDirectory();
  await using audit = await openAuditLog({ directory: directory.path, clock: systemClock });
  await using connections = openConnections({
    servers: [CONFIG],
    clock: systemClock,
    elicitor: { ask: () => Promise.resolve(undefined) },
    log: { write: () => undefined },
    clientVersion: "0.0.0",
  });
  return [
    await measure("envelope-path", connections, pathOver(connections)),
    await measure("envelope-path-audited", connections, pathOver(connections, audit)),
  ];
}

function pathOver(connections: Connections, audit?: AuditLog): ToolCaller {
  const servers = new Map([[CONFIG.name, CONFIG]]);
  const secrets = rememberSecrets({ get: () => Promise.resolve(undefined) });
  return createToolCaller({ connections, servers, secrets, clock: systemClock, limits: callLimits(servers, 50), access: ACCESS, audit });
}

async function measure(name: string, connections: Connections, caller: ToolCaller): Promise<Figure> {
  const gate = { sending: () => Promise.resolve(), stage: () => undefined, progress: () => undefined };
  const { signal } = new AbortController();
  const bare = { server: "echo", tool: "echo", arguments: INPUT, meta: {}, timeoutMs: 30_000 };
  return await compare({
    name,
    unit: "us",
    rounds: ROUNDS,
    value: () => p50OfCalls((index) => caller.call(request(index), gate, signal)),
    floor: () => p50OfCalls(() => connections.call(bare, gate, signal)),
  });
}

function request(index: number): CallRequest {
  return {
    executionId: "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55",
    workflowId: "bench",
    call: { step: `step-${index}` },
    attempt: 1,
    server: "echo",
    tool: "echo",
    input: INPUT,
    secrets: [],
    effect: "read",
    timeoutMs: 30_000,
    idempotencyKey: `bench/${index}`,
    meta: META,
    stepContext: { stepName: `step-${index}`, stepIndex: 1, totalSteps: CALLS },
    permissions: [],
  };
}

async function p50OfCalls(call: (index: number) => Promise<{ readonly kind: string }>): Promise<number> {
  const timesUs: number[] = [];
  for (let index = 0; index < CALLS; index += 1) {
    const startMs = performance.now();
    const { kind } = await call(index);
    timesUs.push((performance.now() - startMs) * 1_000);
    if (kind !== "succeeded") throw new Error(`a call ${kind}`);
  }
  return median(timesUs);
}
