import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import type { ComponentHealth, SystemHealthStatus, SystemIssue, SystemStatus } from "../contract/get-system-health.ts";
import type { Alert } from "../model/alert.ts";
import { isTuttiError } from "../model/errors.ts";
import { healthOfServer } from "../model/health.ts";
import type { HealthState } from "../model/health.ts";
import { isUsable } from "../model/machine.ts";
import type { Machine } from "../model/machine.ts";
import type { Journal } from "../ports/journal.ts";
import type { Machines } from "../ports/machines.ts";
import type { OperationContext } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

export interface SystemHealthPorts {
  readonly clock: Clock;
  /** By the clock that never jumps. */
  readonly startedMs: Ms;
  readonly journal: Pick<Journal, "list">;
  /** Whether an execution waits for its turn in a concurrency group, which the journal does not know. */
  readonly waits: (executionId: string) => boolean;
  readonly machines: Pick<Machines, "list">;
  /** Of every replica of every server, as it was last known to be. */
  readonly states: () => Iterable<{ readonly server: string; readonly state: HealthState }>;
  readonly firing: () => readonly Alert[];
}

/** Tells how the whole is doing, from what is known: nothing is started or asked. */
export async function getSystemHealth(ports: SystemHealthPorts, { caller }: Pick<OperationContext, "caller">): Promise<SystemHealthStatus> {
  const { clock, startedMs, machines } = ports;
  const tenant = visibleTenant(caller);
  const { executions, journal } = await askJournal(ports, tenant);
  const servers = serverComponents(ports.states());
  const others = machines.list();
  const components = [journal, ...servers, ...others.map(machineComponent)];
  const gone = others.filter((machine) => !isUsable(machine));
  const issues = [
    ...[journal, ...servers].flatMap(issueOf),
    ...gone.filter(({ lastHeartbeatAtMs }) => clock.nowMs() - lastHeartbeatAtMs < REMEMBERED_MS).map(goneIssue),
    ...ports.firing().flatMap((alert) => alertIssue(alert, tenant)),
  ];
  return {
    status: overall(journal, servers, issues),
    uptime: Math.floor((clock.monotonicMs() - startedMs) / 1_000),
    components,
    executions,
    machines: { online: others.length - gone.length, offline: gone.length },
    issues,
  };
}

/** A machine that has been gone for longer has probably been taken away. */
const REMEMBERED_MS: Ms = 86_400_000;

/** More than these are not counted: it is asked for often, and must not take long. */
const COUNTED_MAX = 10_000;
const PAGE = 1_000;

async function askJournal(
  ports: SystemHealthPorts,
  tenant: string | undefined,
): Promise<{ readonly executions: SystemHealthStatus["executions"]; readonly journal: ComponentHealth }> {
  try {
    const executions = await countExecutions(ports, tenant);
    return { executions, journal: { name: "journal", kind: "journal", status: "healthy" } };
  } catch (error) {
    if (!isTuttiError(error, "journal.unusable")) throw error;
    return {
      executions: { active: 0, queued: 0 },
      journal: { name: "journal", kind: "journal", status: "unhealthy", detail: error.message },
    };
  }
}

async function countExecutions(
  { journal, waits }: Pick<SystemHealthPorts, "journal" | "waits">,
  tenant: string | undefined,
): Promise<SystemHealthStatus["executions"]> {
  let [active, queued] = [0, 0];
  let cursor: string | undefined;
  do {
    const page = await journal.list({ status: "executing", rootsOnly: true, limit: PAGE, ...defined({ tenant, cursor }) });
    const waiting = page.executions.filter(({ executionId }) => waits(executionId)).length;
    active += page.executions.length - waiting;
    queued += waiting;
    cursor = page.nextCursor;
  } while (cursor !== undefined && active + queued < COUNTED_MAX);
  return { active, queued };
}

function serverComponents(states: SystemHealthPorts["states"] extends () => infer States ? States : never): readonly ComponentHealth[] {
  const servers = new Map<string, HealthState[]>();
  for (const { server, state } of states) servers.set(server, [...(servers.get(server) ?? []), state]);
  return Array.from(servers, ([name, replicas]) => {
    const state = healthOfServer(replicas);
    return { name, kind: "server", status: STATUS[state], ...(state === "unreachable" ? { detail: "it cannot be reached" } : {}) };
  });
}

const STATUS: Readonly<Record<HealthState, ComponentHealth["status"]>> = {
  unknown: "unknown",
  healthy: "healthy",
  degraded: "degraded",
  unhealthy: "unhealthy",
  unreachable: "unhealthy",
};

function machineComponent(machine: Machine): ComponentHealth {
  const { machineId: name, status } = machine;
  const health = isUsable(machine) ? "healthy" : status === "maintenance" ? "degraded" : "unhealthy";
  return { name, kind: "machine", status: health, detail: status };
}

function issueOf({ name, status, kind, detail }: ComponentHealth): readonly SystemIssue[] {
  if (status !== "degraded" && status !== "unhealthy") return [];
  const message = detail ?? (status === "degraded" ? "it answers, but slowly or not always" : "it does not answer as it should");
  return [{ severity: kind === "journal" ? "critical" : "warning", component: name, message }];
}

function goneIssue({ machineId, status, lastHeartbeatAtMs }: Machine): SystemIssue {
  const since = new Date(lastHeartbeatAtMs).toISOString();
  return { severity: "warning", component: machineId, message: `the machine is ${status}; it was last heard of at ${since}` };
}

/** What other tenants execute is nobody else's. */
function alertIssue({ alert, subject, server, value, threshold }: Alert, tenant: string | undefined): readonly SystemIssue[] {
  if (server === undefined && tenant !== undefined) return [];
  const severity = alert === "rollback_failed" || alert === "server_down" ? "critical" : "warning";
  return [{ severity, component: subject, message: `${alert.replaceAll("_", " ")}: ${value}, more than ${threshold}` }];
}

function overall(journal: ComponentHealth, servers: readonly ComponentHealth[], issues: readonly SystemIssue[]): SystemStatus {
  const used = servers.filter(({ status }) => status !== "unknown");
  const nothingWorks = used.length > 0 && used.every(({ status }) => status === "unhealthy");
  if (journal.status === "unhealthy" || nothingWorks) return "unhealthy";
  return issues.length > 0 ? "degraded" : "healthy";
}
