import type { Ms } from "../base/duration.ts";
import { defined } from "../base/defined.ts";
import type { ExecutionMetrics } from "../model/execution.ts";
import type { ExecutionState } from "./execution-state.ts";
import { shortestCourse } from "./shortest-course.ts";
import { latencyP95Ms } from "./trip-sums.ts";

/** How well an execution goes, or has gone. Nothing of it is kept: it is computed when somebody asks. */
export function executionMetrics(state: ExecutionState, nowMs: number): ExecutionMetrics {
  const { trips, callCount: calls, retryCount: retries } = state;
  const durationMs = Math.max(0, (state.endedAtMs ?? nowMs) - state.startedAtMs);
  const course = shortestCourse(state, nowMs);
  // Nothing can be shorter than its longest chain, and a run that was shorter than our schedule was the better one.
  const criticalPathMs = Math.min(durationMs, course.criticalPathMs);
  const shortestMs = Math.min(durationMs, Math.max(criticalPathMs, course.shortestMs));
  const shares = defined({
    overheadShare: share(trips.overheadMs, trips.overheadMs + trips.serverMs),
    inTimeShare: share(trips.inTime, trips.trips),
  });
  const efficiencyRatio = share(shortestMs, durationMs) ?? 1;
  return {
    calls,
    retries,
    durationMs,
    criticalPathMs,
    shortestMs,
    parallelEfficiency: share(criticalPathMs, durationMs) ?? 1,
    maximumEfficiency: share(criticalPathMs, shortestMs) ?? 1,
    efficiencyRatio,
    queuedMs: rounded(trips.queuedMs),
    serverMs: rounded(trips.serverMs),
    overheadMs: rounded(trips.overheadMs),
    resourceSeconds: Object.fromEntries([...trips.heldSeconds].map(([name, amount]) => [name, rounded(amount)])),
    failovers: trips.failovers,
    hedgedCalls: trips.hedged,
    ...shares,
    ...defined({
      meanOverheadMs: mean(trips.overheadMs, trips.trips),
      meanLatencyMs: mean(trips.serverMs, trips.trips),
      p95LatencyMs: latencyP95Ms(trips),
      selectionAccuracy: share(trips.calls - trips.misdirected, trips.calls),
      resourceEfficiency: share(trips.reservedBusyMs, trips.reservedMs),
      score: state.phase === "ended" ? scoreOf(state, { ...shares, efficiencyRatio }) : undefined,
    }),
  };
}

/** Above this part of the time with servers, coordination gives no points. */
const OVERHEAD_MAX = 0.1;

/** 40 for success, 20 for efficiency, 20 for answers in time, 10 for little overhead, 10 for few repetitions. */
function scoreOf(
  state: ExecutionState,
  { overheadShare = 0, inTimeShare = 1, efficiencyRatio }: Pick<ExecutionMetrics, "overheadShare" | "inTimeShare" | "efficiencyRatio">,
): number {
  const lean = Math.max(0, 1 - overheadShare / OVERHEAD_MAX);
  const straight = 1 - (share(state.retryCount, state.callCount) ?? 0);
  const score = 40 * successOf(state) + 20 * efficiencyRatio + 20 * inTimeShare + 10 * lean + 10 * straight;
  return Math.round(score * 10) / 10;
}

/** 1 for what completed; of what completed in part, the steps that did. */
function successOf({ outcome, steps }: ExecutionState): number {
  if (outcome === "completed") return 1;
  if (outcome !== "partial_success") return 0;
  // What was skipped on purpose is no less so when a retry has taken it over.
  const wanted = steps.filter(({ status, skippedBecause }) => status !== "skipped" || skippedBecause === "needs");
  return share(wanted.filter(({ status, degraded }) => status === "completed" && degraded === undefined).length, wanted.length) ?? 1;
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : undefined;
}

function mean(sumMs: Ms, count: number): Ms | undefined {
  return count === 0 ? undefined : rounded(sumMs / count);
}

/** To the microsecond, as trips are. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
