import type { HealthSignal, HealthState } from "../model/health.ts";

/** Knows how the replicas of servers are doing, by the names of their connections. */
export interface Health {
  stateOf(connection: string): HealthState;

  /** A call or a check has ended. Says nothing of calls that were given up on this side. */
  saw(connection: string, signal: HealthSignal): void;
}
