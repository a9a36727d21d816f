import type { Decision, DecisionContext } from "./decision.ts";
import { decideEnding } from "./decide-ending.ts";
import { decideItems } from "./decide-items.ts";
import { beginStep } from "./begin-step.ts";
import { continueCall } from "./continue-call.ts";
import type { ExecutionState, StepState } from "./execution-state.ts";
import { mayGoOn } from "./step-end.ts";
import { isAtLimit, overdueError } from "./time-limit.ts";

/**
 * Chooses what happens next, given everything that has happened. Pure but for the time and the ids it is given, and
 * the only place that chooses: it is asked after every event, and after a crash it is asked the same.
 *
 * @param work - the steps taken from the agenda
 */
export function decide(state: ExecutionState, work: readonly number[], context: DecisionContext): readonly Decision[] {
  if (isHeld(state) || state.phase === "ended") return [];
  if (state.phase === "running" && state.deadlineAtMs !== undefined && state.deadlineAtMs <= context.nowMs) {
    return [{ event: { type: "cancel-requested", reason: "deadline" } }];
  }
  const decisions: Decision[] = [];
  for (const index of work) {
    const step = state.steps[index];
    if (step !== undefined) decideStep(state, step, context, decisions);
  }
  // How it ends is only asked when no step has anything to say.
  return decisions.length > 0 ? decisions : decideEnding(state, context);
}

/** Whether nothing may begin: a person has paused the execution, or only a person can tell the end of a call. */
export function isHeld(state: ExecutionState): boolean {
  return state.paused || state.doubts.size > 0;
}

function decideStep(state: ExecutionState, step: StepState, context: DecisionContext, decisions: Decision[]): void {
  if (mayGoOn(state, step) && isAtLimit(state, step, context.nowMs)) {
    decisions.push(cutOff(step));
    return;
  }
  for (const id of step.attention) {
    const call = state.calls.get(id);
    const decision = call === undefined ? undefined : continueCall(state, step, call, context);
    if (decision !== undefined) decisions.push(decision);
  }
  if (!mayGoOn(state, step)) return;
  if (step.status === "pending" && step.unmet === 0) decisions.push(beginStep(state, step, context));
  else if (step.status === "running") decisions.push(...goOn(state, step, context));
}

function goOn(state: ExecutionState, step: StepState, context: DecisionContext): readonly Decision[] {
  if (step.items !== undefined) return decideItems(state, step, step.items, context);
  return step.wakeAtMs !== undefined && step.wakeAtMs <= context.nowMs ? [wake(step)] : [];
}

/** What is in flight has to end before a step can; one that only waits ends at once. */
function cutOff(step: StepState): Decision {
  const { id } = step.node.step;
  if (step.items !== undefined || step.callIds.size > 0) return { event: { type: "step-overdue", step: id } };
  return { event: { type: "step-failed", step: id, error: overdueError(step) } };
}

/** A sleep is over, or an approval was not given in time. */
function wake(step: StepState): Decision {
  const { id } = step.node.step;
  if (step.approval === undefined) return { event: { type: "step-completed", step: id, output: null } };
  return { event: { type: "step-failed", step: id, error: { kind: "approval", message: "nobody approved in time" } } };
}
