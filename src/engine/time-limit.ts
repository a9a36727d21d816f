import { type Ms, printDuration } from "../base/duration.ts";
import type { CallError, CallRole } from "../model/call.ts";
import type { CallState, ExecutionState, StepState } from "./execution-state.ts";
import { mayGoOn } from "./step-end.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

/** The moment at which the `max_duration` of a step is over; Infinity when it has none. It begins with the step. */
export function limitAtMs(step: StepState, nowMs: number = Infinity): number {
  const { maxDurationMs } = step.node.step;
  return maxDurationMs === undefined ? Infinity : (step.startedAtMs ?? nowMs) + maxDurationMs;
}

/** Whether the step has used up its `max_duration`, and nothing says so yet. */
export function isAtLimit(state: ExecutionState, step: StepState, nowMs: number): boolean {
  if (step.status !== "running" || state.overdue.has(step.index)) return false;
  const atMs = limitAtMs(step);
  // What it waited for has come first, and only nobody was there.
  return atMs <= nowMs && (step.wakeAtMs === undefined || step.wakeAtMs > atMs);
}

/** Marks the beginning of a step, from which its `max_duration` counts. */
export function startStep(state: ExecutionState, step: StepState, atMs: number): void {
  step.status = "running";
  if (step.startedAtMs !== undefined) return;
  step.startedAtMs = atMs;
  const limitMs = limitAtMs(step);
  if (limitMs !== Infinity) state.timers.push({ atMs: limitMs, step: step.index });
}

/**
 * What `max_duration` and the time limit of the execution leave for a call, also for waiting; at least 1, Infinity when
 * nothing limits it. Undoing, and finding out what a call has done, have time of their own.
 */
export function callLeftMs(state: ExecutionState, step: StepState, role: CallRole | undefined, nowMs: number): Ms {
  if (hasOwnTime(role) || !mayGoOn(state, step)) return Infinity;
  const deadlineAtMs = state.phase === "running" ? state.deadlineAtMs : undefined;
  return Math.max(1, Math.min(limitAtMs(step, nowMs), deadlineAtMs ?? Infinity) - nowMs);
}

/** How long one attempt may take from when it is sent, if nothing else limits it. */
export function attemptTimeoutMs(state: ExecutionState, step: StepState, role: CallRole | undefined): Ms {
  const { timeoutMs, maxDurationMs, compensate } = step.node.step;
  const general = state.plan.workflow.errorPolicy.timeoutMs;
  if (role === "compensate") return compensate?.timeoutMs ?? general ?? DEFAULT_TIMEOUT_MS;
  return timeoutMs ?? general ?? (role === "verify" ? undefined : maxDurationMs) ?? DEFAULT_TIMEOUT_MS;
}

/** Whether `max_duration` does not cut a call off: it belongs to the ending of a step, or asks no server. */
export function hasOwnTime(role: CallRole | undefined): boolean {
  return role === "compensate" || role === "verify" || role === "stale";
}

/** Whether a call has no time left, because the `max_duration` of its step is over. */
export function isCutOff(state: ExecutionState, call: Pick<CallState, "step" | "ref">): boolean {
  return state.overdue.has(call.step) && !hasOwnTime(call.ref.role);
}

/** Why a step fails whose `max_duration` is over, with the last thing that went wrong before. */
export function overdueError({ node }: StepState, last?: CallError): CallError {
  const limit = `it took longer than its max_duration of ${printDuration(node.step.maxDurationMs ?? 0)}`;
  const silent = last === undefined || last.kind === "timeout" || last.kind === "cancelled";
  return { ...last, kind: "timeout", message: silent ? limit : `${limit}, and last failed with: ${last.message}` };
}
