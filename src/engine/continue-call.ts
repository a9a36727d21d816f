import { unreachable } from "../base/assert.ts";
import { evaluateExpression } from "../expression/evaluate.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import type { Scope } from "../expression/scope.ts";
import { type CallRef, callId } from "../model/call.ts";
import type { ToolUse } from "../model/workflow.ts";
import { beginToolCall, failCall, repeatToolCall } from "./begin-call.ts";
import { repeatChild } from "./begin-child.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import { itemScope } from "./execution-scope.ts";
import type { CallState, ExecutionState, StepState } from "./execution-state.ts";
import { replacements } from "./replacements.ts";
import { retryRule } from "./retry-rule.ts";
import { callPlan, toolUse } from "./call-plan.ts";
import { mayHaveActed } from "./step-end.ts";
import { isCutOff, overdueError } from "./time-limit.ts";

/** What becomes of a call that is open but not in flight. Undefined when it is not its time yet. */
export function continueCall(state: ExecutionState, step: StepState, call: CallState, context: DecisionContext): Decision | undefined {
  switch (call.status) {
    case "running":
      return undefined;
    case "waiting":
      if (isCutOff(state, call)) return giveUp(step, call);
      return call.retryAtMs !== undefined && call.retryAtMs <= context.nowMs ? repeat(state, step, call, context) : undefined;
    case "ready":
      return isCutOff(state, call) ? giveUp(step, call) : repeatIfLeft(state, step, call, context);
    case "in_doubt":
      return probe(state, step, call, context);
    case "failed":
      return replace(state, step, call, context);
    default:
      return unreachable(call.status);
  }
}

/** Its step has no time left for another attempt. */
function giveUp(step: StepState, call: CallState): Decision {
  const error = overdueError(step, call.error);
  return { event: { type: mayHaveActed(step, call) ? "call-in-doubt" : "call-failed", call: call.ref, error } };
}

function repeat(state: ExecutionState, step: StepState, call: CallState, context: DecisionContext): Decision {
  const { action } = step.node.step;
  if (call.ref.role === undefined && action.kind === "workflow") return repeatChild(step, { call, action }, context);
  const tool = toolUse(step, call.ref);
  return tool === undefined ? failCall(call.ref, "there is nothing to call") : repeatToolCall(state, step, { call, tool }, context);
}

/** After an interruption or a doubt that came to nothing, unless the attempts are used up. */
function repeatIfLeft(state: ExecutionState, step: StepState, call: CallState, context: DecisionContext): Decision {
  const rule = retryRule(state.plan.workflow, step, { role: call.ref.role, effect: callPlan(step, call).effect });
  if (call.attempt < rule.attemptsMax) return repeat(state, step, call, context);
  return {
    event: { type: "call-failed", call: call.ref, error: call.error ?? { kind: "interrupted", message: "every attempt was interrupted" } },
  };
}

/** Asks the `verify` probe whether the call took effect, and then says what it answered. */
function probe(state: ExecutionState, step: StepState, call: CallState, context: DecisionContext): Decision | undefined {
  const { verify } = step.node.step;
  const ref: CallRef = { ...call.ref, role: "verify" };
  if (verify === undefined || state.calls.has(callId(ref))) return undefined;
  const scope = itemScope(state, step, call.ref.item);
  if (call.probe === undefined) return beginToolCall(state, step, { ref, tool: verify, scope }, context);
  const happened = evaluateExpression(verify.happened, { ...scope, output: call.probe });
  if (!happened.ok) return failCall(ref, `verify: happened: ${happened.message}`, verify);
  if (typeof happened.value !== "boolean") return failCall(ref, "verify: happened: must give true or false", verify);
  if (!happened.value) return { event: { type: "call-resolved", call: call.ref, verdict: "not_happened", by: "verify" } };
  // The answer of the call is lost, so what the probe found stands in for it.
  return { event: { type: "call-resolved", call: call.ref, verdict: "happened", by: "verify", output: call.probe } };
}

/** Tries the next way to replace a call that has finally failed. */
function replace(state: ExecutionState, step: StepState, call: CallState, context: DecisionContext): Decision | undefined {
  const way = replacements(state.plan.workflow, step)[call.replaced];
  const { fallback, action } = step.node.step;
  const scope = itemScope(state, step, call.ref.item);
  const ref: CallRef = { ...call.ref, role: way === "stale" ? "stale" : "fallback" };
  if (way === undefined || state.calls.has(callId(ref))) return undefined;
  switch (way) {
    case "tool":
      return fallback?.kind === "tool" ? beginFallback(state, step, { ref, tool: fallback, scope }, context) : undefined;
    case "stale":
      return action.kind === "tool" ? beginToolCall(state, step, { ref, tool: action, scope }, context) : undefined;
    case "value": {
      const value = evaluateTemplate(fallback?.kind === "value" ? fallback.value : null, scope);
      if (!value.ok) return failCall(ref, `fallback: ${value.message}`);
      const degraded = state.plan.workflow.errorPolicy.mode === "best_effort" ? "default" : "fallback";
      return { event: { type: "call-succeeded", call: ref, output: value.value.value, degraded } };
    }
    default:
      return unreachable(way);
  }
}

function beginFallback(
  state: ExecutionState,
  step: StepState,
  use: { readonly ref: CallRef; readonly tool: ToolUse; readonly scope: Scope },
  context: DecisionContext,
): Decision {
  if (!state.overdue.has(step.index)) return beginToolCall(state, step, use, context);
  return { event: { type: "call-failed", call: use.ref, error: overdueError(step) } };
}
