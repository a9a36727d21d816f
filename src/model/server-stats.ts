import type { HealthState } from "./health.ts";

/** What a process has seen of one server since it began. */
export interface ServerStats {
  readonly server: string;
  /** Attempts that have ended. */
  readonly calls: number;
  /** Of them, those that the server failed or refused; what was never sent counts neither way. */
  readonly errors: number;
  /** Errors among the attempts that a server has had, 0 to 1. */
  readonly errorRate: number;
  /** In the last minute. */
  readonly callsPerMinute: number;
  readonly retries: number;
  readonly failovers: number;
  readonly hedges: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly rateLimited: number;
  /** From sending a call to its answer. Absent while there was none. */
  readonly latency?: DurationSummary;
  /** Waiting for a rate limit, a place or resources. */
  readonly queued?: DurationSummary;
  /** What Tutti adds. */
  readonly overhead?: DurationSummary;
  readonly inFlight: number;
  readonly waiting: number;
  readonly replicas: readonly ReplicaStats[];
}

/** The quantiles are estimates from buckets. */
export interface DurationSummary {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export type BreakerState = "closed" | "half_open" | "open";

export interface ReplicaStats {
  /** Empty when it is the only one. */
  readonly replica: string;
  readonly inFlight: number;
  readonly health: HealthState;
  /** Absent when it has none, or none yet. */
  readonly breaker?: BreakerState;
  readonly resources: readonly ResourceStats[];
}

export interface ResourceStats {
  readonly resource: string;
  readonly capacity: number;
  readonly inUse: number;
  /** How much of it was occupied on average since the process began, 0 to 1. */
  readonly utilisation: number;
  /** For how long none of it was occupied. */
  readonly idleMs: number;
}
