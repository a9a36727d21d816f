import { defined } from "../base/defined.ts";
import { assert, unreachable } from "../base/assert.ts";
import { isJsonArray } from "../base/json.ts";
import type { ExecutionEvent, ReusedStep } from "../model/event.ts";
import { type ExecutionState, stepOf, type StepState } from "./execution-state.ts";
import { type CallEvent, foldCall } from "./fold-call.ts";
import { hasUndoing } from "./outcome.ts";
import { beginStopping, endStep, itemsOutput, letGoOfAll, lookAtOpenSteps } from "./step-end.ts";
import { startStep } from "./time-limit.ts";

type Of<Type extends ExecutionEvent["type"]> = Extract<ExecutionEvent, { type: Type }>;

type StepEvent = Of<"step-started" | "step-overdue" | "step-completed" | "step-failed" | "step-skipped" | "approval-answered">;

/**
 * Applies one event to the state. The only way in which a state comes to be, whether the event has just happened or
 * is read from a journal; costs no more than the successors of the step that it is about.
 */
export function fold(state: ExecutionState, event: ExecutionEvent): void {
  assert(event.seq === state.seq + 1, `event ${event.seq} of ${state.executionId} does not follow ${state.seq}`);
  state.seq = event.seq;
  switch (event.type) {
    case "execution-started":
      return foldStart(state, event);
    case "call-started":
    case "call-sent":
    case "call-succeeded":
    case "call-failed":
    case "call-interrupted":
    case "call-in-doubt":
    case "call-resolved":
      return foldCall(state, event);
    case "step-started":
    case "step-overdue":
    case "step-completed":
    case "step-failed":
    case "step-skipped":
    case "approval-answered":
      return foldStep(state, event);
    default:
      return foldLife(state, event);
  }
}

function foldStart(state: ExecutionState, event: Of<"execution-started">): void {
  state.startedAtMs = event.atMs;
  state.startedAt = new Date(event.atMs).toISOString();
  state.inputs = event.inputs;
  if (event.parent !== undefined) state.parent = event.parent;
  if (event.meta !== undefined) state.meta = event.meta;
  if (event.retryOf !== undefined) state.retryOf = event.retryOf;
  if (event.concurrencyGroup !== undefined) state.concurrencyGroup = event.concurrencyGroup;
  const timeoutMs = event.timeoutMs ?? state.plan.workflow.timeoutMs;
  if (timeoutMs !== undefined) state.deadlineAtMs = event.atMs + timeoutMs;
  for (const reused of event.reused ?? []) foldReused(state, reused, event.atMs);
  for (const step of state.steps) if (step.node.phase === "main" && step.unmet === 0) state.agenda.add(step.index);
}

function foldReused(state: ExecutionState, reused: ReusedStep, atMs: number): void {
  const step = stepOf(state, reused.step);
  step.skippedBecause = "reused";
  if (reused.skipped !== true) {
    step.output = reused.output;
    if (reused.degraded !== undefined) step.degraded = reused.degraded;
    if (reused.error !== undefined) step.error = reused.error;
    if (reused.items !== undefined) takeOverItems(state, step, reused.items);
    else if (reused.nothingDone !== true) state.done.push({ step: step.index, ...defined({ machine: reused.machine }) });
  }
  endStep(state, step, reused.skipped === true ? "skipped" : "completed", atMs);
}

function takeOverItems(state: ExecutionState, step: StepState, { values, failed, done, machines }: NonNullable<ReusedStep["items"]>): void {
  const outputs = isJsonArray(step.output) ? step.output : [];
  const results = outputs.map((output) => ({ ok: true as const, output }));
  step.items = { values, results, next: values.length, open: 0, completed: values.length - failed, failed };
  for (const item of done) state.done.push({ step: step.index, item, ...defined({ machine: machines?.[String(item)] }) });
}

function foldStep(state: ExecutionState, event: StepEvent): void {
  const step = stepOf(state, event.step);
  switch (event.type) {
    case "step-started":
      startStep(state, step, event.atMs);
      if (event.items !== undefined) step.items = { values: event.items, results: [], next: 0, open: 0, completed: 0, failed: 0 };
      if (event.approval !== undefined) step.approval = event.approval;
      if (event.wakeAtMs !== undefined) {
        step.wakeAtMs = event.wakeAtMs;
        state.timers.push({ atMs: event.wakeAtMs, step: step.index });
      }
      state.agenda.add(step.index);
      return;
    case "step-overdue":
      state.overdue.add(step.index);
      for (const id of step.callIds) if (state.calls.get(id)?.status !== "running") step.attention.add(id);
      state.agenda.add(step.index);
      return;
    case "step-completed":
      step.output = event.output ?? itemsOutput(step);
      if (event.degraded !== undefined) step.degraded = event.degraded;
      return endStep(state, step, "completed", event.atMs);
    case "step-failed":
      step.error = event.error;
      return endStep(state, step, "failed", event.atMs);
    case "step-skipped":
      step.skippedBecause = event.reason;
      return endStep(state, step, event.reason === "stopped" ? "cancelled" : "skipped", event.atMs);
    case "approval-answered":
      return foldAnswer(state, event);
    default:
      return unreachable(event);
  }
}

function foldAnswer(state: ExecutionState, event: Of<"approval-answered">): void {
  const step = stepOf(state, event.step);
  const by = event.by === undefined ? {} : { by: event.by };
  const comment = event.comment === undefined ? {} : { comment: event.comment };
  if (event.approved) {
    step.output = { approved: true, ...by, ...comment };
    endStep(state, step, "completed", event.atMs);
    return;
  }
  const who = event.by === undefined ? "" : ` by ${event.by}`;
  const why = event.comment === undefined ? "" : `: ${event.comment}`;
  step.error = { kind: "approval", message: `the approval was refused${who}${why}` };
  endStep(state, step, "failed", event.atMs);
}

function foldLife(state: ExecutionState, event: Exclude<ExecutionEvent, CallEvent | StepEvent | Of<"execution-started">>): void {
  switch (event.type) {
    case "execution-paused":
      state.paused = true;
      return;
    case "execution-stood":
      state.stands = true;
      return;
    case "execution-moved":
      state.stands = false;
      return;
    case "execution-resumed":
      state.paused = false;
      return lookAtOpenSteps(state);
    case "cancel-requested":
      state.cancel = { reason: event.reason, ...defined({ by: event.by }) };
      state.paused = false;
      return beginStopping(state, event.atMs);
    case "compensation-started":
      letGoOfAll(state, event.atMs);
      state.phase = "compensating";
      state.undoingSinceMs = event.atMs;
      for (const unit of state.done) if (hasUndoing(state, unit)) state.toUndo.push(unit);
      return;
    case "finally-started":
      letGoOfAll(state, event.atMs);
      endUndoing(state, event.atMs);
      state.phase = "finalizing";
      state.outcome = event.outcome;
      for (const step of state.steps) if (step.node.phase === "finally" && step.unmet === 0) state.agenda.add(step.index);
      return;
    case "execution-ended":
      letGoOfAll(state, event.atMs);
      endUndoing(state, event.atMs);
      state.phase = "ended";
      state.outcome = event.outcome;
      state.output = event.output;
      state.endedAtMs = event.atMs;
      if (event.error !== undefined) state.error = event.error;
      state.leftovers.splice(0, state.leftovers.length, ...event.leftovers);
      return;
    default:
      return unreachable(event);
  }
}

function endUndoing(state: ExecutionState, atMs: number): void {
  if (state.undoingSinceMs === undefined) return;
  state.undoingMs += atMs - state.undoingSinceMs;
  delete state.undoingSinceMs;
}
