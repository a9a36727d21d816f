import type { Ms } from "../base/duration.ts";

/** How much is asked of servers, and how patiently, where the configuration does not say otherwise. */
export interface DefaultLimits {
  /** Calls in flight at once, to all servers. */
  readonly callsInFlight: number;
  /** The same at each replica. */
  readonly callsPerReplica: number;
  /** How often a replica that is in use is asked whether it is there. */
  readonly healthIntervalMs: Ms;
  /** For starting, connecting and listing. */
  readonly connectTimeoutMs: Ms;
}

export const DEFAULT_LIMITS: DefaultLimits = {
  callsInFlight: 50,
  callsPerReplica: 5,
  healthIntervalMs: 30_000,
  connectTimeoutMs: 30_000,
};
