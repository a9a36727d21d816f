import { isBad } from "../model/health.ts";
import type { HealthSignal, HealthState } from "../model/health.ts";

/** How a replica is doing, with all of its past that matters for what comes next. */
export interface HealthStanding {
  readonly state: HealthState;
  /** In a row. What fails a check counts twice, because a check asks for almost nothing. */
  readonly faults: number;
  /** Connection failures in a row. */
  readonly losses: number;
  /** Grows by 4 with a fault, to 8 at most, and shrinks by 1 with an answer. What has some is not healthy. */
  readonly trouble: number;
  /** The last check took long. */
  readonly slow: boolean;
}

/** Who has found something out: whoever uses the replica, or whoever looks after it. */
export type SignalSource = "call" | "check";

/** Nobody has looked yet. */
export const UNSEEN: HealthStanding = { state: "unknown", faults: 0, losses: 0, trouble: 0, slow: false };

const FAULTS_TO_UNHEALTHY = 3;
/** Of calls; a check is enough alone, because it opens a connection where there is none. */
const LOSSES_TO_UNREACHABLE = 2;
const TROUBLE_OF_FAULT = 4;
const TROUBLE_MAX = 8;
/** How long calls take says nothing: some tools work for minutes. */
const SLOW_CHECK_MS = 2_000;
const QUICK_CHECK_MS = 1_000;

/**
 * What a replica's standing becomes by one more signal. Pure, and the only place that decides it.
 *
 * 1. A check that finds nobody makes it unreachable, as do two connection failures of calls in a row.
 * 2. Three faults in a row make it unhealthy, and so does a check that fails when nothing else was ever seen.
 * 3. One fault makes a healthy replica degraded, until four answers have outweighed it. Slow checks do so, too.
 * 4. An answer makes a replica that was not usable degraded, and the next one healthy: it never goes from one end to
 *    the other at once.
 *
 * The same object comes back when nothing changes, as with almost every signal of a healthy replica.
 */
export function afterSignal(standing: HealthStanding, signal: HealthSignal, source: SignalSource): HealthStanding {
  if (signal.kind === "answered") return afterAnswer(standing, source === "check" ? signal.durationMs : undefined);
  return signal.fault === "connection" ? afterLoss(standing, source) : afterFault(standing, source);
}

function afterAnswer(standing: HealthStanding, checkMs: number | undefined): HealthStanding {
  const trouble = isBad(standing.state) ? 1 : Math.max(0, standing.trouble - 1);
  const slow = checkMs === undefined ? standing.slow : checkMs > (standing.slow ? QUICK_CHECK_MS : SLOW_CHECK_MS);
  const state = trouble > 0 || slow ? "degraded" : "healthy";
  const { faults, losses } = standing;
  const same = state === standing.state && trouble === standing.trouble && slow === standing.slow && faults === 0 && losses === 0;
  return same ? standing : { state, faults: 0, losses: 0, trouble, slow };
}

function afterLoss(standing: HealthStanding, source: SignalSource): HealthStanding {
  const next = withTrouble(standing, { faults: standing.faults + 1, losses: standing.losses + 1 });
  const gone = source === "check" || next.losses >= LOSSES_TO_UNREACHABLE;
  return { ...next, state: gone ? "unreachable" : isBad(standing.state) ? standing.state : "degraded" };
}

function afterFault(standing: HealthStanding, source: SignalSource): HealthStanding {
  const next = withTrouble(standing, { faults: standing.faults + (source === "check" ? 2 : 1), losses: 0 });
  const nothingGood = standing.state === "unknown" && source === "check";
  const failing = next.faults >= FAULTS_TO_UNHEALTHY || isBad(standing.state) || nothingGood;
  return { ...next, state: failing ? "unhealthy" : "degraded" };
}

function withTrouble(standing: HealthStanding, counted: Pick<HealthStanding, "faults" | "losses">): HealthStanding {
  return { ...standing, ...counted, trouble: Math.min(TROUBLE_MAX, standing.trouble + TROUBLE_OF_FAULT) };
}
