import { defined } from "../base/defined.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import type { Scope } from "../expression/scope.ts";
import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import { callId, type CallRef } from "../model/call.ts";
import type { Template } from "../model/workflow.ts";
import { beginToolCall } from "./begin-call.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import { executionScope, undoScope } from "./execution-scope.ts";
import type { ExecutionState } from "./execution-state.ts";
import { endingError, leftoversOf, mustUndo, outcomeOf } from "./outcome.ts";

/** Chooses how an execution goes on when no step has anything to do: towards compensation, `finally` and the end. */
export function decideEnding(state: ExecutionState, context: DecisionContext): readonly Decision[] {
  switch (state.phase) {
    case "running":
    case "stopping":
      if (state.openMain > 0 || state.inFlight > 0) return [];
      return mustUndo(state) ? [{ event: { type: "compensation-started" } }] : afterUndoing(state);
    case "compensating":
      return undoNext(state, context);
    case "finalizing":
      return state.openFinally > 0 ? [] : [end(state)];
    case "ended":
      return [];
  }
}

/** One compensation at a time, the last thing that was done first. */
function undoNext(state: ExecutionState, context: DecisionContext): readonly Decision[] {
  const unit = state.toUndo.at(-1);
  if (unit === undefined) return afterUndoing(state);
  const step = state.steps[unit.step];
  const undo = step?.node.step.compensate;
  if (step === undefined || undo === undefined) return [];
  const ref: CallRef = { step: step.node.step.id, ...defined({ item: unit.item }), role: "compensate" };
  if (state.calls.has(callId(ref))) return [];
  return [beginToolCall(state, step, { ref, tool: undo, scope: undoScope(state, step, unit) }, context)];
}

function afterUndoing(state: ExecutionState): readonly Decision[] {
  return state.openFinally > 0 ? [{ event: { type: "finally-started", outcome: outcomeOf(state) } }] : [end(state)];
}

function end(state: ExecutionState): Decision {
  const outcome = outcomeOf(state);
  const error = endingError(state);
  const wanted = outcome === "completed" || outcome === "partial_success" ? state.plan.workflow.output : undefined;
  return {
    event: {
      type: "execution-ended",
      outcome,
      output: wanted === undefined ? null : outputOf(wanted, executionScope(state)),
      ...(error === undefined || outcome === "completed" ? {} : { error }),
      leftovers: leftoversOf(state, outcome),
    },
  };
}

/** Evaluates the output part by part: what a step that did not complete would have given is null. */
function outputOf(template: Template, scope: Scope): Json {
  if (isJsonArray(template)) return template.map((part) => outputOf(part, scope));
  if (isJsonObject(template)) return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, outputOf(part, scope)]));
  const value = evaluateTemplate(template, scope);
  return value.ok ? value.value.value : null;
}
