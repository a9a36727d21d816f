import { isHeld } from "./decide.ts";
import type { ExecutionState } from "./execution-state.ts";

/** When the execution can next do something by itself although nothing is in flight; undefined when never. */
export function nextTimerMs(state: ExecutionState): number | undefined {
  if (isHeld(state) || state.phase === "ended") return undefined;
  const deadlineAtMs = state.phase === "running" ? state.deadlineAtMs : undefined;
  const timerAtMs = state.timers.peek()?.atMs;
  return deadlineAtMs === undefined || timerAtMs === undefined ? (deadlineAtMs ?? timerAtMs) : Math.min(deadlineAtMs, timerAtMs);
}

/**
 * Whether only a person can move the execution on: an approval without a time limit, a call in doubt, a pause, or a
 * child of which the same is true.
 *
 * @param childStands - whether a child execution stands still in this sense
 */
export function needsPerson(state: ExecutionState, childStands: (childId: string) => boolean): boolean {
  if (state.phase === "ended" || nextTimerMs(state) !== undefined) return false;
  if (state.inFlight > 0) {
    for (const call of state.calls.values()) {
      if (call.status === "running" && (call.childId === undefined || !childStands(call.childId))) return false;
    }
    return true;
  }
  return isHeld(state) || state.steps.some((step) => step.status === "running" && step.approval !== undefined);
}
