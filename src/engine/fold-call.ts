import { defined } from "../base/defined.ts";
import { present, unreachable } from "../base/assert.ts";
import { type CallError, callId, type CallRef, type CallTrip, type Degraded, withoutRole } from "../model/call.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { ExecutionEvent } from "../model/event.ts";
import { type CallState, type ExecutionState, type StepState, stepOf } from "./execution-state.ts";
import { replacements } from "./replacements.ts";
import { closeCall, doubt, endStep, lookAtOpenSteps, mayGoOn, stopWhenIdle } from "./step-end.ts";
import { startStep } from "./time-limit.ts";
import { addAttempt, addStepTrip } from "./trip-sums.ts";

type Of<Type extends ExecutionEvent["type"]> = Extract<ExecutionEvent, { type: Type }>;
/** The events about one call. */
export type CallEvent = Of<
  "call-started" | "call-sent" | "call-succeeded" | "call-failed" | "call-interrupted" | "call-in-doubt" | "call-resolved"
>;

/** Applies an event about a call. */
export function foldCall(state: ExecutionState, event: CallEvent): void {
  const step = stepOf(state, event.call.step);
  const id = callId(event.call);
  if (event.type === "call-sent") {
    const sent = present(state.calls.get(id), `${id} was sent and is not open`);
    sent.sent = true;
    sent.machine = event.machine ?? LOCAL_MACHINE;
    return;
  }
  step.attention.delete(id);
  state.agenda.add(step.index);
  if (event.type === "call-started") return foldStarted(state, step, event);
  const call = state.calls.get(id);
  // A call whose arguments cannot be made, and a computed item, end without having begun.
  if (call === undefined && event.type !== "call-resolved") beginUnit(state, step, event);
  if (call?.status === "running") state.inFlight -= 1;
  if (event.type !== "call-interrupted" && event.type !== "call-resolved") foldTrip(state, step, event);
  switch (event.type) {
    case "call-succeeded":
      closeCall(state, step, id);
      return foldSucceeded(state, step, event, doneOn(event, call));
    case "call-failed":
      return event.retryAtMs === undefined ? foldFailed(state, step, event) : foldRetry(state, step, event);
    case "call-interrupted":
      return foldInterrupted(step, present(call, `${id} was interrupted and is not open`), id, event.error);
    case "call-in-doubt":
      return foldDoubt(state, step, event);
    case "call-resolved":
      return foldResolved(state, step, event);
    default:
      return unreachable(event);
  }
}

/** The machine on which a call was done, if that was another one. */
function doneOn({ trip }: { readonly trip?: CallTrip }, call: CallState | undefined): string | undefined {
  const machine = trip?.machine ?? call?.machine;
  return machine === LOCAL_MACHINE ? undefined : machine;
}

function foldTrip(state: ExecutionState, step: StepState, event: Of<"call-succeeded" | "call-failed" | "call-in-doubt">): void {
  addAttempt(state.trips, event, step.node.step);
  if (event.trip !== undefined && event.call.role !== "compensate") addStepTrip(step, event.trip);
}

function foldStarted(state: ExecutionState, step: StepState, event: Of<"call-started">): void {
  const id = callId(event.call);
  let call = state.calls.get(id);
  if (call === undefined) {
    call = {
      ref: event.call,
      step: step.index,
      status: "running",
      attempt: 0,
      interruptions: 0,
      input: event.input ?? {},
      secrets: event.secrets ?? [],
      sent: false,
      unknown: false,
      startedAtMs: event.atMs,
      replaced: 0,
    };
    state.calls.set(id, call);
    step.callIds.add(id);
    beginUnit(state, step, event);
  }
  call.status = "running";
  call.sent = false;
  call.attempt = event.attempt;
  call.startedAtMs = event.atMs;
  if (event.childId !== undefined) {
    call.childId = event.childId;
    step.childId = event.childId;
  }
  delete call.retryAtMs;
  state.inFlight += 1;
  state.callCount += 1;
  if (event.attempt > 1) state.retryCount += 1;
  if (event.childId === undefined) state.trips.calls += 1;
  if (event.call.role === undefined) step.attempts += 1;
  else step.attention.delete(callId(withoutRole(event.call)));
}

function beginUnit(state: ExecutionState, step: StepState, event: { readonly call: CallRef; readonly atMs: number }): void {
  if (event.call.role === "compensate") step.compensation = "running";
  if (event.call.role !== undefined) return;
  if (step.items !== undefined) {
    step.items.next = (event.call.item ?? 0) + 1;
    step.items.open += 1;
    return;
  }
  startStep(state, step, event.atMs);
}

function foldSucceeded(state: ExecutionState, step: StepState, event: Of<"call-succeeded">, machine: string | undefined): void {
  const main = withoutRole(event.call);
  switch (event.call.role) {
    case undefined:
      recordDone(state, step, event.call, machine);
      return completeUnit(state, step, event);
    case "fallback":
    case "stale":
      if (event.call.role === "fallback") recordStandIn(state, step, event.call);
      closeCall(state, step, callId(main));
      // What a person says to have happened comes without a mark.
      return completeUnit(state, step, { degraded: "fallback", ...event });
    case "verify": {
      const doubted = state.calls.get(callId(main));
      if (doubted === undefined) return;
      doubted.probe = event.output;
      step.attention.add(callId(main));
      return;
    }
    case "compensate":
      state.toUndo.pop();
      state.undone += 1;
      if (step.compensation !== "failed" && step.compensation !== "in_doubt") step.compensation = "completed";
      return;
    default:
      return unreachable(event.call.role);
  }
}

/** Remembers what may have to be undone. */
function recordDone(state: ExecutionState, step: StepState, { item }: CallRef, machine: string | undefined): void {
  const { node } = step;
  if (node.phase !== "main" || (node.call.effect === "read" && node.step.compensate === undefined)) return;
  state.done.push({ step: step.index, ...defined({ item, machine }) });
}

function recordStandIn(state: ExecutionState, { node, index }: StepState, { item }: CallRef): void {
  if (node.phase !== "main" || node.step.fallback?.kind !== "tool" || node.fallbackCall?.effect === "read") return;
  state.done.push({ step: index, ...defined({ item }), fallback: true });
}

function completeUnit(
  state: ExecutionState,
  step: StepState,
  event: { call: CallRef; output: StepState["output"]; degraded?: Degraded; error?: CallError; atMs: number },
): void {
  const output = event.output ?? null;
  // Of many items, one of which a part is missing says most about the whole.
  if (event.degraded !== undefined && step.degraded !== "partial") step.degraded = event.degraded;
  if (event.error !== undefined) step.error ??= event.error;
  if (event.call.item !== undefined && step.items !== undefined) {
    step.items.results[event.call.item] = { ok: true, output };
    step.items.completed += 1;
    step.items.open -= 1;
    stopWhenIdle(state, step, event.atMs);
    return;
  }
  step.output = output;
  endStep(state, step, "completed", event.atMs);
}

function foldRetry(state: ExecutionState, step: StepState, event: Of<"call-failed">): void {
  const id = callId(event.call);
  const call = present(state.calls.get(id), `${id} shall be retried and is not open`);
  call.status = "waiting";
  call.error = event.error;
  call.unknown ||= event.unanswered === true;
  const atMs = event.retryAtMs ?? event.atMs;
  call.retryAtMs = atMs;
  state.timers.push({ atMs, step: step.index, call: id });
}

function foldFailed(state: ExecutionState, step: StepState, event: Of<"call-failed">): void {
  const id = callId(event.call);
  const main = withoutRole(event.call);
  const call = state.calls.get(id);
  switch (event.call.role) {
    case undefined:
      // The tool has answered, so it has acted, whatever its answer is worth.
      if (event.error.kind === "output_invalid" && call !== undefined) recordDone(state, step, event.call, doneOn(event, call));
      if (call !== undefined && replacements(state.plan.workflow, step).length > 0 && mayGoOn(state, step)) {
        call.status = "failed";
        call.error = event.error;
        step.attention.add(id);
        return;
      }
      closeCall(state, step, id);
      return failUnit(state, step, event);
    case "fallback":
    case "stale":
      closeCall(state, step, id);
      return foldReplacementFailed(state, step, event);
    case "verify":
      // Nobody but a person can tell now.
      closeCall(state, step, id);
      if (state.calls.has(callId(main))) state.doubts.add(callId(main));
      return;
    case "compensate":
      closeCall(state, step, id);
      return leaveBehind(state, step, { ref: event.call, reason: "compensation_failed", error: event.error });
    default:
      return unreachable(event.call.role);
  }
}

function foldReplacementFailed(state: ExecutionState, step: StepState, event: Of<"call-failed">): void {
  const main = withoutRole(event.call);
  const id = callId(main);
  const call = state.calls.get(id);
  if (call !== undefined) call.replaced += 1;
  // That no old answer is kept says nothing; that the alternative failed too, a person has to know.
  if (call?.error !== undefined && event.call.role === "fallback") call.error = { ...call.error, fallback: event.error };
  if (call !== undefined && call.replaced < replacements(state.plan.workflow, step).length && mayGoOn(state, step)) {
    step.attention.add(id);
    return;
  }
  closeCall(state, step, id);
  failUnit(state, step, { ...event, call: main, error: call?.error ?? event.error });
}

function failUnit(state: ExecutionState, step: StepState, event: { call: CallRef; error: CallError; atMs: number }): void {
  if (event.call.item !== undefined && step.items !== undefined) {
    step.items.results[event.call.item] = { ok: false, error: event.error };
    step.items.failed += 1;
    step.items.open -= 1;
    step.items.firstError ??= event.error;
    stopWhenIdle(state, step, event.atMs);
    return;
  }
  step.error = event.error;
  const unfinished = event.error.kind === "cancelled" && !mayGoOn(state, step);
  endStep(state, step, unfinished ? "cancelled" : "failed", event.atMs);
}

function foldInterrupted(step: StepState, call: CallState, id: string, error: CallError): void {
  call.status = "ready";
  call.attempt -= 1;
  call.interruptions += 1;
  call.unknown ||= call.sent;
  call.error = error;
  step.attention.add(id);
}

function foldDoubt(state: ExecutionState, step: StepState, event: Of<"call-in-doubt">): void {
  const id = callId(event.call);
  if (event.call.role === "compensate") {
    closeCall(state, step, id);
    return leaveBehind(state, step, { ref: event.call, reason: "in_doubt", error: event.error });
  }
  const call = present(state.calls.get(id), `${id} is in doubt and is not open`);
  call.status = "in_doubt";
  call.error = event.error;
  if (event.interrupted === true) call.attempt -= 1;
  doubt(state, step, id);
}

function leaveBehind(
  state: ExecutionState,
  step: StepState,
  what: { ref: CallRef; reason: "compensation_failed" | "in_doubt"; error: CallError },
): void {
  state.toUndo.pop();
  step.compensation = what.reason === "in_doubt" ? "in_doubt" : "failed";
  const undo = step.node.step.compensate;
  state.leftovers.push({
    step: step.node.step.id,
    ...defined({ item: what.ref.item }),
    reason: what.reason,
    ...(undo === undefined ? {} : { server: undo.server, tool: undo.tool }),
    error: what.error,
  });
}

function foldResolved(state: ExecutionState, step: StepState, event: Of<"call-resolved">): void {
  const id = callId(event.call);
  const call = present(state.calls.get(id), `${id} was resolved and is not open`);
  state.doubts.delete(id);
  if (state.doubts.size === 0) lookAtOpenSteps(state);
  switch (event.verdict) {
    case "happened":
      closeCall(state, step, id);
      return foldSucceeded(state, step, { ...event, type: "call-succeeded", output: event.output ?? null }, doneOn({}, call));
    case "failed":
      return foldFailed(state, step, {
        ...event,
        type: "call-failed",
        error: call.error ?? { kind: "interrupted", message: "a person said that it failed" },
      });
    case "not_happened":
      call.unknown = false;
      call.status = "ready";
      // A person says "run it", and that is done whatever the count is; a probe only makes another attempt possible.
      if (event.by === "person") call.attempt = 0;
      if (mayGoOn(state, step)) step.attention.add(id);
      else {
        closeCall(state, step, id);
        closeCall(state, step, callId(withoutRole(event.call)));
        failUnit(state, step, {
          call: event.call,
          error: { kind: "cancelled", message: "it did not take effect, and the execution is ending" },
          atMs: event.atMs,
        });
      }
      return;
    default:
      return unreachable(event.verdict);
  }
}
