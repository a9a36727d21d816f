import { systemClock } from "../src/base/clock.ts";
import { randomIds } from "../src/base/ids.ts";
import { createToolCaller } from "../src/calls/call-path.ts";
import { rememberSecrets } from "../src/calls/remember-secrets.ts";
import { callGuards } from "../src/calls/call-guards.ts";
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
import { bareCalls, ECHO_SERVER, echoRequest, GATE, INPUT, p50OfCalls } from "./echo-calls.ts";
import { compare, type Figure } from "./figure.ts";

const ROUNDS = 15;
const ACCESS = { roles: { clerk: ["echo:read"] }, tenants: {} };

const CONFIG: ServerConfig = {
  name: "echo",
  connection: { kind: "stdio", command: process.execPath, args: [ECHO_SERVER], env: {} },
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

const NEVER = new AbortController().signal;

type Call = (index: number) => Promise<unknown>;

/**
 * One call over stdio in its envelope: meta, permissions, tenant, injectors, `_meta`; and once more with an audit log, in
 * which reads are written down when they have ended. The floor is the bare call that anybody can make with the SDK; and
 * for the first our own connection, which is leaner, called directly and without `_meta`.
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
  await using bare = await bareCalls();
  const own = { server: "echo", tool: "echo", arguments: INPUT, meta: {}, timeoutMs: 30_000 };
  return [
    await measure("envelope-path", pathOver(connections), bare.call),
    await measure("envelope-path-audited", pathOver(connections, audit), bare.call),
    await measure("envelope-path-added", pathOver(connections), () => connections.call(own, GATE, NEVER)),
  ];
}

function pathOver(connections: Connections, audit?: AuditLog): ToolCaller {
  const servers = new Map([[CONFIG.name, CONFIG]]);
  const secrets = rememberSecrets({ get: () => Promise.resolve(undefined) });
  return createToolCaller({
    connections,
    servers,
    secrets,
    clock: systemClock,
    guards: callGuards({ servers, clock: systemClock }),
    access: ACCESS,
    audit,
  });
}

async function measure(name: string, caller: ToolCaller, floor: Call): Promise<Figure> {
  return await compare({
    name,
    unit: "us",
    rounds: ROUNDS,
    value: () => p50OfCalls((index) => succeeded(caller, echoRequest(index, META))),
    floor: () => p50OfCalls(floor),
  });
}

async function succeeded(caller: ToolCaller, asked: CallRequest): Promise<void> {
  const { kind } = await caller.call(asked, GATE, NEVER);
  if (kind !== "succeeded") throw new Error(`a call ${kind}`);
}
