import type { CallError } from "../model/call.ts";
import { noOf } from "./after-attempt.ts";
import { beginToolCall, failCall } from "./begin-call.ts";
import { beginChild } from "./begin-child.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import { itemScope } from "./execution-scope.ts";
import type { ExecutionState, ItemsState, StepState } from "./execution-state.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import { overdueError } from "./time-limit.ts";

/** Begins the items of a `for_each` step for which there is room, or ends the step when all have ended. */
export function decideItems(state: ExecutionState, step: StepState, items: ItemsState, context: DecisionContext): readonly Decision[] {
  const { mode } = state.plan.workflow.errorPolicy;
  const overdue = state.overdue.has(step.index) && items.completed < items.values.length;
  const broken = items.failed > 0 && mode === "fail_fast";
  if (items.open === 0 && overdue) return [tooSlow(step, items)];
  if (items.open === 0 && (broken || items.next >= items.values.length)) return [endOfItems(step, items, broken)];
  if (broken || overdue) return [];
  const room = (step.node.step.maxParallel ?? Infinity) - items.open;
  const until = Math.min(items.values.length, items.next + room);
  const decisions: Decision[] = [];
  for (let item = items.next; item < until; item += 1) decisions.push(beginItem(state, step, item, context));
  return decisions;
}

function beginItem(state: ExecutionState, step: StepState, item: number, context: DecisionContext): Decision {
  const { action, id } = step.node.step;
  const ref = { step: id, item };
  const scope = itemScope(state, step, item);
  switch (action.kind) {
    case "tool":
      return beginToolCall(state, step, { ref, tool: action, scope }, context);
    case "workflow":
      return beginChild(step, { ref, action, scope }, context);
    case "value": {
      const value = evaluateTemplate(action.value, scope);
      if (!value.ok) return failCall(ref, `value: ${value.message}`);
      const output = value.value.value;
      const no = noOf(step, output);
      return { event: no === undefined ? { type: "call-succeeded", call: ref, output } : { type: "call-failed", call: ref, error: no } };
    }
    default:
      return failCall(ref, `for_each does not go with ${action.kind}`);
  }
}

function tooSlow(step: StepState, items: ItemsState): Decision {
  const { kind, message } = overdueError(step);
  const error = { kind, message: `${message}; ${items.completed} of ${items.values.length} items had completed` };
  return { event: { type: "step-failed", step: step.node.step.id, error } };
}

function endOfItems(step: StepState, items: ItemsState, broken: boolean): Decision {
  const { id } = step.node.step;
  const noneLeft = items.failed > 0 && items.completed === 0;
  if (!broken && !noneLeft) return { event: { type: "step-completed", step: id } };
  const first: CallError = items.firstError ?? { kind: "tool_error", message: "an item failed" };
  const count = `${items.failed} of ${items.values.length} items failed`;
  return { event: { type: "step-failed", step: id, error: { ...first, message: `${count}, the first with: ${first.message}` } } };
}
