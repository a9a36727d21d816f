import { type Ms, printDuration } from "../base/duration.ts";
import type { CallError, CallRole } from "../model/call.ts";
import type { ExecutionState, StepState } from "./execution-state.ts";
import { mayGoOn } from "./step-end.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

/** The moment at which the `max_duration` of a step is over; Infinity when it has none. It begins with the step. */
export function limitAtMs(step: StepState, nowMs = Infinity): number {
  const { maxDurationMs } = step.node.step;
  return maxDurationMs === undefined ? Infinity : (step.startedAtMs ?? nowMs) + maxDurationMs;
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

/** Whether a call belongs to the ending of what it is about, which no limit cuts off. */
export function hasOwnTime(role: CallRole | undefined): boolean {
  return role === "compensate" || role === "verify";
}

/** Why a step fails whose `max_duration` is over, with the last thing that went wrong before. */
export function overdueError({ node }: StepState, last?: CallError): CallError {
  const limit = printDuration(node.step.maxDurationMs ?? 0);
  const because = last === undefined || last.kind === "timeout" || last.kind === "cancelled" ? "" : `; before that: ${last.message}`;
  const { message: _, kind: __, ...where } = last ?? { kind: "timeout", message: "" };
  return { ...where, kind: "timeout", message: `it took longer than its max_duration of ${limit}${because}` };
}
