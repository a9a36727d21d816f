import { systemClock } from "../src/base/clock.ts";
import { randomIds } from "../src/base/ids.ts";
import { callGuards } from "../src/calls/call-guards.ts";
import { createToolCaller } from "../src/calls/call-path.ts";
import { rememberSecrets } from "../src/calls/remember-secrets.ts";
import { newMeta } from "../src/envelope/new-meta.ts";
import type { CallRequest } from "../src/model/call.ts";
import type { ServerAddress, ServerConfig } from "../src/model/server.ts";
import type { AuditLog } from "../src/ports/audit.ts";
import type { Connections } from "../src/ports/connections.ts";
import type { Log } from "../src/ports/log.ts";
import type { ToolCaller } from "../src/ports/tool-caller.ts";
import { HealthMonitor } from "../src/registry/health-monitor.ts";
import { openMetrics } from "../src/telemetry/open-metrics.ts";
import { echoRequest, GATE } from "./echo-calls.ts";

/** Never reached, and counted all the same. */
const RATE = { count: 1_000_000, perMs: 60_000 };

/** The server `echo` with everything configured that a call has to pass, so that nothing stops it. */
export function guardedServer(connection: ServerAddress): ServerConfig {
  return {
    name: "echo",
    connection,
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
    trusted: true,
    permissions: { echo: ["echo:read"] },
    rateLimits: { calls: RATE, perClient: RATE, tools: { echo: RATE } },
    resources: { memoryBytes: 1_000_000, cpu: 4 },
  };
}

export interface GuardedPathPorts {
  readonly connections: Connections;
  readonly server: ServerConfig;
  readonly audit: AuditLog;
  readonly log?: Log;
}

/** The whole path of a call with all stages at work but the cache, which would answer in the server's place. */
export function guardedPath({ connections, server, audit, log }: GuardedPathPorts): ToolCaller & AsyncDisposable {
  const servers = new Map([[server.name, server]]);
  const clock = systemClock;
  const health = new HealthMonitor({ connections, servers, clock });
  const caller = createToolCaller({
    connections,
    servers,
    secrets: rememberSecrets({ get: () => Promise.resolve(undefined) }),
    clock,
    guards: callGuards({ servers, clock, health, settings: { sharedResources: { licences: 2 }, clientRate: RATE } }),
    access: { roles: { clerk: ["echo:read"] }, tenants: {} },
    audit,
    metrics: openMetrics(clock),
    log,
  });
  return { ...caller, [Symbol.asyncDispose]: () => health[Symbol.asyncDispose]() };
}

const META = newMeta(
  { clock: systemClock, ids: randomIds },
  { tenant: "acme", sessionId: "sess-789", security: { userId: "ann", sessionId: "sess-789", roles: ["clerk"], permissions: [] } },
);

/** A call of somebody who may make it, which occupies something and has a limit for all of its time. */
export function guardedRequest(index: number): CallRequest {
  return {
    ...echoRequest(index, META),
    leftMs: 600_000,
    remainingMs: 1_000,
    resources: { memoryBytes: 1_000, cpu: 1 },
    leases: { licences: 1 },
  };
}

/** @throws Error - when it did not succeed: what is refused is quick, and would look good */
export async function makeCall(caller: ToolCaller, request: CallRequest): Promise<void> {
  const outcome = await caller.call(request, GATE, NEVER);
  if (outcome.kind !== "succeeded") throw new Error(`a call ${outcome.kind}: ${outcome.error.message}`);
}

const NEVER = new AbortController().signal;
