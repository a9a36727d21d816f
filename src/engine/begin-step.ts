import { unreachable } from "../base/assert.ts";
import { parseDuration } from "../base/duration.ts";
import { isJsonArray, type Json } from "../base/json.ts";
import { evaluateExpression, type Evaluated } from "../expression/evaluate.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import type { Scope } from "../expression/scope.ts";
import type { CallErrorKind } from "../model/call.ts";
import type { ApprovalAction, SleepAction, Template } from "../model/workflow.ts";
import { approvalText } from "./approval-text.ts";
import { noOf } from "./after-attempt.ts";
import { beginToolCall } from "./begin-call.ts";
import { beginChild } from "./begin-child.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import { executionScope } from "./execution-scope.ts";
import type { ExecutionState, StepState } from "./execution-state.ts";

const ITEMS_MAX = 10_000;

/** Begins a step whose needs have all ended, or says why it does not run. */
export function beginStep(state: ExecutionState, step: StepState, context: DecisionContext): Decision {
  const { follows } = step.node;
  if (follows !== undefined) return beginFollowing(state, step, state.steps[follows], context);
  const needsMet = step.node.needs.every((need) => state.steps[need]?.status === "completed");
  if (!needsMet && !step.usesStatus) return { event: { type: "step-skipped", step: step.node.step.id, reason: "needs" } };
  const scope = executionScope(state);
  const condition = step.node.step.if;
  if (condition !== undefined) {
    const wanted = evaluateExpression(condition, scope);
    if (!wanted.ok) return fail(step, `if: ${wanted.message}`);
    if (typeof wanted.value !== "boolean") return fail(step, `if: gives ${kindOf(wanted.value)}, but must give true or false`);
    if (!wanted.value) return { event: { type: "step-skipped", step: step.node.step.id, reason: "condition" } };
  }
  return beginWork(state, step, scope, context);
}

/** Its needs and its `if` are those of the one that it follows, and were looked at there. */
function beginFollowing(state: ExecutionState, step: StepState, leader: StepState | undefined, context: DecisionContext): Decision {
  if (leader?.status === "completed") return beginWork(state, step, executionScope(state), context);
  const reason = leader?.skippedBecause === "condition" ? "condition" : "needs";
  return { event: { type: "step-skipped", step: step.node.step.id, reason } };
}

function beginWork(state: ExecutionState, step: StepState, scope: Scope, context: DecisionContext): Decision {
  return step.node.step.forEach === undefined ? beginAction(state, step, scope, context) : beginItems(step, step.node.step.forEach, scope);
}

function beginAction(state: ExecutionState, step: StepState, scope: Scope, context: DecisionContext): Decision {
  const { action, id } = step.node.step;
  switch (action.kind) {
    case "tool":
      return beginToolCall(state, step, { ref: { step: id }, tool: action, scope }, context);
    case "workflow":
      return beginChild(step, { ref: { step: id }, action, scope }, context);
    case "value": {
      const value = evaluateTemplate(action.value, scope);
      if (!value.ok) return fail(step, `value: ${value.message}`);
      const output = value.value.value;
      const no = noOf(step, output);
      return { event: no === undefined ? { type: "step-completed", step: id, output } : { type: "step-failed", step: id, error: no } };
    }
    case "sleep":
      return beginSleep(step, action, scope, context);
    case "approval":
      return beginApproval(step, action, approvalText(state, step, action.message, scope), context);
    default:
      return unreachable(action);
  }
}

function beginItems(step: StepState, template: Template, scope: Scope): Decision {
  const list = evaluateTemplate(template, scope);
  if (!list.ok) return fail(step, `for_each: ${list.message}`);
  const items = list.value.value;
  if (!isJsonArray(items)) return fail(step, `for_each: gives ${kindOf(items)}, but must give a list`);
  if (items.length > ITEMS_MAX) return fail(step, `for_each: gives ${items.length} items, but at most ${ITEMS_MAX} are allowed`);
  return { event: { type: "step-started", step: step.node.step.id, items } };
}

function beginSleep(step: StepState, action: SleepAction, scope: Scope, context: DecisionContext): Decision {
  const evaluated = evaluateTemplate(action.duration ?? action.until ?? 0, scope);
  if (!evaluated.ok) return fail(step, `sleep: ${evaluated.message}`);
  const value = evaluated.value.value;
  const wakeAtMs = action.duration === undefined ? momentMs(value) : context.nowMs + durationMs(value);
  if (!Number.isFinite(wakeAtMs))
    return fail(step, `sleep: ${JSON.stringify(value)} is no ${action.duration === undefined ? "moment" : "duration"}`);
  return { event: { type: "step-started", step: step.node.step.id, wakeAtMs } };
}

function durationMs(value: Json): number {
  if (typeof value === "number") return value >= 0 ? value : Number.NaN;
  return typeof value === "string" ? (parseDuration(value) ?? Number.NaN) : Number.NaN;
}

function momentMs(value: Json): number {
  return typeof value === "string" ? Date.parse(value) : Number.NaN;
}

function beginApproval(step: StepState, action: ApprovalAction, text: Evaluated<string>, context: DecisionContext): Decision {
  if (!text.ok) return fail(step, `approval: ${text.message}`);
  return {
    event: {
      type: "step-started",
      step: step.node.step.id,
      approval: { message: text.value, roles: action.roles },
      ...(action.timeoutMs === undefined ? {} : { wakeAtMs: context.nowMs + action.timeoutMs }),
    },
  };
}

function fail(step: StepState, message: string, kind: CallErrorKind = "expression"): Decision {
  return { event: { type: "step-failed", step: step.node.step.id, error: { kind, message } } };
}

function kindOf(value: Json): string {
  if (value === null) return "null";
  return isJsonArray(value) ? "a list" : `a${typeof value === "object" ? "n" : ""} ${typeof value}`;
}
