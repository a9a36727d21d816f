import type { CallState, ExecutionState } from "./execution-state.ts";
import { callPlan } from "./call-plan.ts";
import { mayGoOn } from "./step-end.ts";

/**
 * The calls in flight whose answers an ending execution does not need: reads, calls that
 * still wait to be sent, and child executions, which undo their own work when they are cancelled. Other calls are awaited, because what they do has to be known.
 */
export function abandonedCalls(state: ExecutionState): readonly CallState[] {
  if (state.phase !== "stopping") return [];
  return [...state.calls.values()].filter((call) => {
    const step = state.steps[call.step];
    if (step === undefined || call.status !== "running" || mayGoOn(state, step)) return false;
    if (call.ref.role === "verify") return false;
    const { effect } = callPlan(step, call);
    return call.childId !== undefined || effect === "read" || (effect === "once" && !call.sent);
  });
}
