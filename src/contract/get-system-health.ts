import * as z from "zod";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

export type SystemStatus = "healthy" | "degraded" | "unhealthy";

/** One part of the system, as it was last known to be. */
export interface ComponentHealth {
  readonly name: string;
  readonly kind: "journal" | "server" | "machine";
  /** `unknown`: nobody has used it yet. */
  readonly status: SystemStatus | "unknown";
  readonly detail?: string;
}

/** Something that somebody should look at. */
export interface SystemIssue {
  readonly severity: "warning" | "critical";
  readonly component: string;
  readonly message: string;
}

/** Output of `get_system_health`. */
export interface SystemHealthStatus {
  readonly status: SystemStatus;
  /** Seconds. */
  readonly uptime: number;
  readonly components: readonly ComponentHealth[];
  readonly executions: { readonly active: number; readonly queued: number };
  readonly machines: { readonly online: number; readonly offline: number };
  readonly issues: readonly SystemIssue[];
}

const systemStatus = z.enum(["healthy", "degraded", "unhealthy"]);
const count = z.int().min(0);

/** Tells how the whole is doing, from what is known. */
export const getSystemHealth: Operation<Record<string, never>, SystemHealthStatus> = {
  name: "get_system_health",
  title: "Get the health of the system",
  description: `Tells how this server is doing: the journal, the MCP servers that were used so far, the machines, how many executions run and wait, and what somebody should look at. It answers at once from what is known: nothing is started or asked (check_health does that), and nothing changes. degraded: work goes on, with less than all; unhealthy: some work cannot be done.

Example: {}`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/system/health" },
  input: z.strictObject({}),
  output: wireObject<SystemHealthStatus>({
    status: systemStatus,
    uptime: z.number().meta({ description: "Seconds since this server was started." }),
    components: z.array(
      wireObject<ComponentHealth>({
        name: z.string(),
        kind: z.enum(["journal", "server", "machine"]),
        status: z.enum(["healthy", "degraded", "unhealthy", "unknown"]),
        detail: z.string().exactOptional(),
      }),
    ),
    executions: wireObject<SystemHealthStatus["executions"]>({ active: count, queued: count }),
    machines: wireObject<SystemHealthStatus["machines"]>({ online: count, offline: count }),
    issues: z.array(wireObject<SystemIssue>({ severity: z.enum(["warning", "critical"]), component: z.string(), message: z.string() })),
  }),
  summary: ({ status, executions, machines, issues }) =>
    [
      `${status}: ${executions.active} executions run, ${executions.queued} wait; ${machines.online} machines are online, ${machines.offline} are not.`,
      ...issues.map(({ component, message }) => `${component}: ${message}`),
    ].join("\n"),
};
