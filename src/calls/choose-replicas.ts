import type { Ms } from "../base/duration.ts";
import { type HealthState, isBad } from "../model/health.ts";

/** What is known of a replica that a call may go to. */
export interface Candidate {
  readonly connection: string;
  /** The smallest is the best. */
  readonly tier: number;
  readonly health: HealthState;
  /** When its breaker lets a call through; 0 if it does now. */
  readonly refusedForMs: Ms;
  /** Its breaker does not, because as many calls as may are on their way to find out whether it works again. */
  readonly isTried: boolean;
  /** For how long it wants to be left in peace. */
  readonly pausedForMs: Ms;
}

export type ReplicaChoice =
  /** Any of them will do. */
  | { readonly kind: "replicas"; readonly connections: readonly string[] }
  /** All that could be used want to be left in peace. */
  | { readonly kind: "paused"; readonly forMs: Ms }
  /** No breaker lets a call through, and the end of a call will show whether one does soon. */
  | { readonly kind: "tried"; readonly forMs: Ms }
  /** No breaker lets a call through. */
  | { readonly kind: "open"; readonly forMs: Ms };

/**
 * Chooses among replicas: the best tier that has one that is well, and if none is, the best one whose breaker lets a
 * call through. Whether they are busy makes no difference here.
 */
export function chooseReplicas(candidates: readonly Candidate[]): ReplicaChoice {
  const passing = candidates.filter(({ refusedForMs }) => refusedForMs === 0);
  if (passing.length === 0) {
    const forMs = Math.min(...candidates.map(({ refusedForMs }) => refusedForMs));
    return { kind: candidates.some(({ isTried }) => isTried) ? "tried" : "open", forMs };
  }
  const well = passing.filter(({ health }) => !isBad(health));
  const usable = well.length > 0 ? well : passing;
  const free = usable.filter(({ pausedForMs }) => pausedForMs === 0);
  if (free.length === 0) return { kind: "paused", forMs: Math.min(...usable.map(({ pausedForMs }) => pausedForMs)) };
  const tier = Math.min(...free.map((candidate) => candidate.tier));
  return { kind: "replicas", connections: free.filter((candidate) => candidate.tier === tier).map(({ connection }) => connection) };
}
