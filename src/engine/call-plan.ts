import { unreachable } from "../base/assert.ts";
import type { CallRef } from "../model/call.ts";
import type { CallPlan } from "../model/plan.ts";
import type { ToolUse } from "../model/workflow.ts";
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

/** The tool that a call uses, by its role; undefined when it is none, as for a child workflow. */
export function toolUse(step: StepState, ref: CallRef): ToolUse | undefined {
  const { action, verify, compensate, fallback } = step.node.step;
  switch (ref.role) {
    case undefined:
    case "stale":
      return action.kind === "tool" ? action : undefined;
    case "verify":
      return verify;
    case "compensate":
      return compensate;
    case "fallback":
      return fallback?.kind === "tool" ? fallback : undefined;
    default:
      return unreachable(ref.role);
  }
}
