import * as z from "zod";
import type { HealthState } from "../model/health.ts";
import type { Operation } from "./operation.ts";
import { healthState, replicaVerdict } from "./server-health.ts";
import type { ReplicaVerdict } from "./server-health.ts";
import { moment, wireObject } from "./wire-object.ts";

/** Input of `check_health`. */
export interface CheckHealthInput {
  /** Default: all. */
  readonly servers?: readonly string[];
}

/** How one server is doing. */
export interface ServerHealth {
  readonly server: string;
  readonly status: HealthState;
  /** Of the quickest replica that answered. */
  readonly responseMs?: number;
  readonly version?: string;
  /** Where it tells that, or where its process was started from here. */
  readonly uptimeMs?: number;
  /** All its replicas. */
  readonly endpoints: readonly ReplicaVerdict[];
  /** What could be done about it, one sentence each; none when all is well. */
  readonly recommendations: readonly string[];
}

/** Output of `check_health`. */
export interface HealthReport {
  /** `degraded` while none is bad and four out of five are healthy, `unreachable` when all are bad, else `unhealthy`. */
  readonly status: HealthState;
  readonly checkedAtMs: number;
  readonly servers: readonly ServerHealth[];
}

/** Asks servers how they are doing, and says what could be done. */
export const checkHealth: Operation<CheckHealthInput, HealthReport> = {
  name: "check_health",
  title: "Check health",
  description:
    "Asks the servers with all their replicas, side by side, whether they are there and how they are doing, and says what could be done about those that are not well; one that does not answer is asked up to three times. Servers with a reading tool get_server_status, and those on a network with a page /health, are asked for that, too.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/servers/health" },
  errors: ["server.not-found"],
  input: wireObject<CheckHealthInput>({ servers: z.array(z.string()).exactOptional() }),
  output: wireObject<HealthReport>({
    status: healthState,
    checkedAtMs: moment,
    servers: z.array(
      wireObject<ServerHealth>({
        server: z.string(),
        status: healthState,
        responseMs: z.number().exactOptional(),
        version: z.string().exactOptional(),
        uptimeMs: z.number().exactOptional(),
        endpoints: z.array(replicaVerdict),
        recommendations: z.array(z.string()),
      }),
    ),
  }),
};
