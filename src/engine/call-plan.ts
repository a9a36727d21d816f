import { unreachable } from "../base/assert.ts";
import type { CallPlan } from "../model/plan.ts";
import type { CallState, StepState } from "./execution-state.ts";

/** How a call may be treated, by its role. A probe changes nothing. */
export function callPlan(step: StepState, call: { readonly ref: CallState["ref"] }): CallPlan {
  const { node } = step;
  switch (call.ref.role) {
    case undefined:
      return node.call;
    case "compensate":
      return node.compensateCall ?? { effect: "once", honoursKey: false };
    case "fallback":
      return node.fallbackCall ?? { effect: "once", honoursKey: false };
    case "verify":
    case "stale":
      return { effect: "read", honoursKey: false };
    default:
      return unreachable(call.ref.role);
  }
}
