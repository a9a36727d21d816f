import type { Scope } from "../expression/scope.ts";
import type { CallRef } from "../model/call.ts";
import type { WorkflowAction } from "../model/workflow.ts";
import { evaluateInput, failCall } from "./begin-call.ts";
import type { Decision, DecisionContext, Effect } from "./decision.ts";
import type { CallState, StepState } from "./execution-state.ts";
import { limitAtMs } from "./time-limit.ts";

/** The first attempt of a child workflow. The id of the child is durable before the child is: it is never started twice. */
export function beginChild(
  step: StepState,
  use: { readonly ref: CallRef; readonly action: WorkflowAction; readonly scope: Scope },
  context: DecisionContext,
): Decision {
  const input = evaluateInput(use.action.with, use.scope);
  if (!input.ok) return failCall(use.ref, input.message);
  const childId = context.newId();
  return {
    event: { type: "call-started", call: use.ref, attempt: 1, childId, input: input.input },
    effect: { type: "child", call: use.ref, childId, workflow: use.action.workflow, inputs: input.input, ...limit(step, context.nowMs) },
  };
}

/** Another attempt is another child. */
export function repeatChild(
  step: StepState,
  use: { readonly call: CallState; readonly action: WorkflowAction },
  context: DecisionContext,
): Decision {
  const { call } = use;
  const childId = context.newId();
  return {
    event: { type: "call-started", call: call.ref, attempt: call.attempt + 1, childId },
    effect: { type: "child", call: call.ref, childId, workflow: use.action.workflow, inputs: call.input, ...limit(step, context.nowMs) },
  };
}

/** The child that a process left behind: the same one is started, or found again. */
export function findChild(step: StepState, call: CallState, nowMs: number): Effect | undefined {
  const { action } = step.node.step;
  if (action.kind !== "workflow" || call.childId === undefined) return undefined;
  return { type: "child", call: call.ref, childId: call.childId, workflow: action.workflow, inputs: call.input, ...limit(step, nowMs) };
}

function limit(step: StepState, nowMs: number): { readonly timeoutMs?: number } {
  const timeoutMs = Math.min(step.node.step.timeoutMs ?? Infinity, Math.max(1, limitAtMs(step, nowMs) - nowMs));
  return timeoutMs === Infinity ? {} : { timeoutMs };
}
