import type { CallState, ExecutionState } from "./execution-state.ts";
import { callPlan } from "./call-plan.ts";
import { mayGoOn } from "./step-end.ts";
import { isCutOff } from "./time-limit.ts";

/**
 * The calls in flight that are cancelled: all of steps whose `max_duration` is over, and those whose answers an ending
 * execution does not need.
 */
export function abandonedCalls(state: ExecutionState): readonly CallState[] {
  return [...overdueCalls(state), ...unneededCalls(state)];
}

function overdueCalls(state: ExecutionState): readonly CallState[] {
  if (state.overdue.size === 0) return [];
  const ids = [...state.overdue].flatMap((index) => [...(state.steps[index]?.callIds ?? [])]);
  const calls = ids.flatMap((id) => state.calls.get(id) ?? []);
  return calls.filter((call) => call.status === "running" && isCutOff(state, call));
}

/**
 * Reads, calls that still wait to be sent, and child executions, which undo their own work when they are cancelled.
 * Other calls are awaited, because what they do has to be known.
 */
function unneededCalls(state: ExecutionState): readonly CallState[] {
  if (state.phase !== "stopping") return [];
  return [...state.calls.values()].filter((call) => {
    const step = state.steps[call.step];
    if (step === undefined || call.status !== "running" || mayGoOn(state, step)) return false;
    if (call.ref.role === "verify") return false;
    const { effect } = callPlan(step, call);
    return call.childId !== undefined || effect === "read" || (effect === "once" && !call.sent);
  });
}
