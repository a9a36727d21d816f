import type { Clock } from "../base/clock.ts";
import { createToolCaller } from "../calls/call-path.ts";
import { contextInjectors } from "../calls/context-injectors.ts";
import type { ContextInjectors } from "../calls/context-injectors.ts";
import type { Admission } from "../calls/admission.ts";
import { callGuards } from "../calls/call-guards.ts";
import { rememberSecrets } from "../calls/remember-secrets.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { ServerLoad } from "../model/server-record.ts";
import type { AccessConfig } from "../model/access.ts";
import type { AuditLog } from "../ports/audit.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { observeCalls } from "./observe-calls.ts";
import { openServerPool } from "./server-pool.ts";
import type { ServerPool, ServerPoolOptions } from "./server-pool.ts";
import type { Telemetry } from "./telemetry.ts";
import { tellOfBreaker } from "./tell-of-breaker.ts";

/** A set of servers, and the way of calls to them. Disposing closes the servers. */
export interface Workspace extends AsyncDisposable {
  readonly pool: ServerPool;
  readonly caller: ToolCaller;
  /** Of its servers; they may be changed at any time. */
  readonly injectors: Pick<ContextInjectors, "register">;
  /** How many calls are in flight on a machine; `local` is this one. */
  readonly callsOn: (machineId: string) => number;
}

export interface WorkspaceOptions extends ServerPoolOptions {
  readonly clock: Clock;
  readonly secrets: Secrets;
  /** Calls in flight at once, to all servers. */
  readonly maxConcurrentCalls: number;
  readonly access: AccessConfig;
  readonly audit: AuditLog;
  readonly telemetry?: Telemetry;
}

/** Brings together what executions on these servers need. */
export function openWorkspace(options: WorkspaceOptions): Workspace {
  const { access, audit, clock, log, telemetry } = options;
  const secrets = rememberSecrets(options.secrets);
  const hiding: ServerLog = { write: (line) => log.write({ ...line, text: secrets.hide(line.text) }) };
  const loadOf = (server: string): ServerLoad => loadIn(guards.admission, server);
  const pool = openServerPool({ ...options, log: hiding, events: telemetry?.log, loadOf });
  const { servers, connections, about } = pool;
  const injectors = contextInjectors(servers, about);
  const guards = callGuards({
    ...options,
    servers,
    health: pool.health,
    onBreakerChange: (reading) => {
      if (telemetry !== undefined) tellOfBreaker(reading, telemetry);
    },
  });
  const caller = createToolCaller({
    connections,
    about,
    servers,
    secrets,
    clock,
    guards,
    access,
    audit,
    injectors,
    metrics: telemetry?.metrics,
    log: telemetry?.log,
  });
  const resources = new AsyncDisposableStack();
  resources.use(pool);
  if (telemetry !== undefined) resources.use(observeCalls(telemetry.metrics, { ...guards, health: pool.health }));
  return {
    pool,
    caller,
    injectors,
    callsOn: (machineId) => callsOn(guards.admission, machineId),
    [Symbol.asyncDispose]: async () => await resources[Symbol.asyncDispose](),
  };
}

function callsOn(admission: Admission, machineId: string): number {
  let calls = 0;
  for (const { replica = "", inFlight } of admission.usage()) {
    const machine = replica.startsWith("@") ? replica.slice(1) : LOCAL_MACHINE;
    if (machine === machineId) calls += inFlight;
  }
  return calls;
}

function loadIn(admission: Admission, server: string): ServerLoad {
  let callsInFlight = 0;
  for (const usage of admission.usage()) if (usage.server === server) callsInFlight += usage.inFlight;
  return { callsInFlight, callsWaiting: admission.waiting().get(server) ?? 0 };
}
