import * as z from "zod";
import { ALERT_NAMES } from "../model/alert.ts";
import type { Alert } from "../model/alert.ts";
import { BREAKER_LEVELS } from "../model/metric.ts";
import type { DurationSummary, ReplicaStats, ResourceStats, ServerStats } from "../model/server-stats.ts";
import type { Operation } from "./operation.ts";
import { healthState } from "./server-health.ts";
import { wireObject } from "./wire-object.ts";

/** Output of `get_server_stats`. */
export interface GetServerStatsOutput {
  /** For how long the process has measured. */
  readonly upMs: number;
  /** Those that it has used, by name. */
  readonly servers: readonly ServerStats[];
  /** Only where somebody watches: in `tutti serve`. */
  readonly alerts: readonly Alert[];
}

const durations = wireObject<DurationSummary>({
  count: z.int(),
  meanMs: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
});

const resource = wireObject<ResourceStats>({
  resource: z.string(),
  capacity: z.number(),
  inUse: z.number(),
  utilisation: z.number(),
  idleMs: z.number(),
});

const replica = wireObject<ReplicaStats>({
  replica: z.string(),
  inFlight: z.number(),
  health: healthState,
  breaker: z.enum(BREAKER_LEVELS).exactOptional(),
  resources: z.array(resource),
});

const server = wireObject<ServerStats>({
  server: z.string(),
  calls: z.number(),
  errors: z.number(),
  errorRate: z.number(),
  callsPerMinute: z.number(),
  retries: z.number(),
  failovers: z.number(),
  hedges: z.number(),
  cacheHits: z.number(),
  cacheMisses: z.number(),
  rateLimited: z.number(),
  latency: durations.exactOptional(),
  queued: durations.exactOptional(),
  overhead: durations.exactOptional(),
  inFlight: z.number(),
  waiting: z.number(),
  replicas: z.array(replica),
});

const alert = wireObject<Alert>({
  alert: z.enum(ALERT_NAMES),
  subject: z.string(),
  server: z.string().exactOptional(),
  value: z.number(),
  threshold: z.number(),
  lastedMs: z.number(),
});

/** Gives what the process that owns the data directory has measured of the servers that it has used. */
export const getServerStats: Operation<Record<string, never>, GetServerStatsOutput> = {
  name: "get_server_stats",
  title: "Get the statistics of servers",
  description:
    "Gives what the process that owns the data directory has measured of each server that it has used: calls, errors, latency, waiting, retries, breakers, health, resources.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:admin",
  route: { method: "GET", path: "/servers/stats" },
  input: z.strictObject({}),
  output: wireObject<GetServerStatsOutput>({ upMs: z.number(), servers: z.array(server), alerts: z.array(alert) }),
};
