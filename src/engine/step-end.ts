import type { Json } from "../base/json.ts";
import { callId, withoutRole } from "../model/call.ts";
import { callPlan } from "./call-plan.ts";
import type { CallState, ExecutionState, StepState } from "./execution-state.ts";

/** Ends a step, puts those that waited for it on the agenda, and stops the execution where its error policy says so. */
export function endStep(
  state: ExecutionState,
  step: StepState,
  status: "completed" | "failed" | "skipped" | "cancelled",
  atMs: number,
): void {
  step.status = status;
  step.endedAtMs = atMs;
  step.attention.clear();
  state.overdue.delete(step.index);
  if (step.node.phase === "main") state.openMain -= 1;
  else state.openFinally -= 1;
  for (const dependent of step.node.dependents) {
    const next = state.steps[dependent];
    if (next === undefined) continue;
    next.unmet -= 1;
    if (next.unmet === 0 && next.status === "pending") state.agenda.add(dependent);
  }
  if (status === "failed" && endsTheExecution(state, step)) {
    state.failure ??= { step: step.index, error: step.error ?? { kind: "interrupted", message: "the step failed" } };
    beginStopping(state, atMs);
  }
}

function endsTheExecution(state: ExecutionState, step: StepState): boolean {
  const { mode } = state.plan.workflow.errorPolicy;
  return mode === "fail_fast" && step.node.phase === "main" && step.node.step.onError !== "continue" && state.phase === "running";
}

/** Whether a step may begin something new: always, but for steps that an ending execution has left behind. */
export function mayGoOn(state: ExecutionState, step: StepState): boolean {
  if (step.node.phase === "finally") return state.phase === "finalizing";
  return state.phase === "running" || (state.phase === "stopping" && step.kept);
}

/** Whether a step said no, as a `validates` step may: the tool refused, which is no fault of the machinery. */
export function saidNo(step: StepState): boolean {
  return step.node.step.validates === true && step.status === "failed" && step.error?.kind === "tool_error";
}

/**
 * Nothing new begins any more. Steps that have not begun are cancelled, but for those that ask how others ended;
 * waiting ones end here; calls in flight are awaited. When a validating step said no, the validating steps beside it
 * go on, so that every "no" is heard.
 */
export function beginStopping(state: ExecutionState, atMs: number): void {
  if (state.phase !== "running" && state.phase !== "stopping") return;
  state.phase = "stopping";
  for (const step of state.steps) {
    if (step.node.phase !== "main") continue;
    const begun = step.status === "running";
    if (!begun && step.status !== "pending") continue;
    step.kept = state.cancel === undefined && (begun ? step.kept || isBesideNo(state, step) : step.usesStatus);
    if (step.kept) continue;
    if (begun) stopRunning(state, step, atMs);
    else stopStep(state, step, atMs);
  }
}

function isBesideNo(state: ExecutionState, step: StepState): boolean {
  const failed = state.failure === undefined ? undefined : state.steps[state.failure.step];
  return step.node.step.validates === true && failed !== undefined && saidNo(failed);
}

function stopStep(state: ExecutionState, step: StepState, atMs: number): void {
  step.skippedBecause = "stopped";
  endStep(state, step, "cancelled", atMs);
}

/** Lets go of what a running step waits for. It ends now unless a call is in flight or in doubt, or has come in doubt by this. */
function stopRunning(state: ExecutionState, step: StepState, atMs: number): void {
  for (const id of step.callIds) {
    const call = state.calls.get(id);
    if (call === undefined || call.status === "running" || call.status === "in_doubt" || isBeingReplaced(state, id)) continue;
    // Until the probe, or the repetition of what was interrupted, has an answer nobody knows what is left behind.
    if (call.ref.role === "verify" || (call.status === "ready" && callPlan(step, call).effect === "idempotent")) continue;
    if (mayHaveActed(step, call)) {
      call.status = "in_doubt";
      delete call.retryAtMs;
      doubt(state, step, id);
    } else letGo(state, step, call);
  }
  // That is still done, also where it was about to begin when the time was up.
  if (step.attention.size > 0) state.agenda.add(step.index);
  stopWhenIdle(state, step, atMs);
}

/** An earlier attempt was not answered, and the repetition that would have told what became of it does not come any more. */
export function mayHaveActed(step: StepState, call: CallState): boolean {
  return call.unknown && callPlan(step, call).effect === "once";
}

/** Closes a call that is not wanted any more, and with what stands in for a call also that one. */
function letGo(state: ExecutionState, step: StepState, call: CallState): void {
  const main = callId(withoutRole(call.ref));
  const { error } = state.calls.get(main) ?? call;
  if (error !== undefined) step.error = error;
  if (step.items !== undefined && state.calls.has(main)) step.items.open -= 1;
  closeCall(state, step, callId(call.ref));
  closeCall(state, step, main);
}

/**
 * What the journal says next can only come when every step has ended. Earlier versions gave up repeating a call
 * without having looked for what had become of it.
 */
export function letGoOfAll(state: ExecutionState, atMs: number): void {
  if (state.openMain === 0) return;
  for (const step of state.steps) {
    if (step.node.phase !== "main" || step.status !== "running") continue;
    for (const id of step.callIds) {
      const call = state.calls.get(id);
      if (call !== undefined) letGo(state, step, call);
    }
    stopWhenIdle(state, step, atMs);
  }
}

/** Has the probe of the step find out whether a call took effect; without one, a person. */
export function doubt(state: ExecutionState, step: StepState, id: string): void {
  const call = state.calls.get(id);
  if (call === undefined) return;
  delete call.probe;
  if (call.ref.role === undefined && step.node.step.verify !== undefined) step.attention.add(id);
  else state.doubts.add(id);
}

function isBeingReplaced(state: ExecutionState, id: string): boolean {
  return state.calls.get(`${id}/fallback`) !== undefined || state.calls.get(`${id}/stale`) !== undefined;
}

/** Ends a step that may not go on, once none of its calls is open any more. */
export function stopWhenIdle(state: ExecutionState, step: StepState, atMs: number): void {
  if (step.status !== "running" || mayGoOn(state, step) || step.callIds.size > 0) return;
  if (step.items !== undefined && step.items.failed > 0) {
    if (step.items.firstError !== undefined) step.error = step.items.firstError;
    endStep(state, step, "failed", atMs);
  } else stopStep(state, step, atMs);
}

/** Forgets a call that has ended. */
export function closeCall(state: ExecutionState, step: StepState, id: string): void {
  state.calls.delete(id);
  state.doubts.delete(id);
  step.callIds.delete(id);
  step.attention.delete(id);
}

/** Puts every step that has not ended on the agenda: after a pause or a doubt, when it was not read. */
export function lookAtOpenSteps(state: ExecutionState): void {
  for (const step of state.steps) {
    const open = step.status === "running" || (step.status === "pending" && step.unmet === 0) || step.attention.size > 0;
    if (open) state.agenda.add(step.index);
  }
}

/** The results of a `for_each` step in the order of its items; a failed item is `{ "error": ... }`. */
export function itemsOutput(step: StepState): Json {
  const items = step.items;
  if (items === undefined) return null;
  return items.values.map((_, index): Json => {
    const result = items.results[index];
    if (result === undefined) return null;
    return result.ok ? result.output : { error: { kind: result.error.kind, message: result.error.message } };
  });
}
