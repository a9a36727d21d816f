import { defined } from "../base/defined.ts";
import { unreachable } from "../base/assert.ts";
import type { Json } from "../base/json.ts";
import { retryDelayMs } from "../base/retry-delay.ts";
import { callErrorOfEnvelope } from "../model/call-envelope-error.ts";
import { type CallError, type CallErrorKind, callId, type CallOutcome, type CallRef } from "../model/call.ts";
import type { EventBody } from "../model/event.ts";
import type { CallPlan } from "../model/plan.ts";
import { reasonOfNo } from "../model/said-no.ts";
import { callPlan, toolUse } from "./call-plan.ts";
import type { CallState, ExecutionState, StepState } from "./execution-state.ts";
import { retryRule } from "./retry-rule.ts";
import { mayGoOn } from "./step-end.ts";
import { hasOwnTime, isCutOff, limitAtMs, overdueError } from "./time-limit.ts";

/** A call that ten processes in a row did not live to see the end of is not tried an eleventh time. */
const INTERRUPTIONS_MAX = 10;

/** When and with which luck an attempt ended. */
export interface Moment {
  readonly nowMs: number;
  /** In [0, 1), for the jitter. */
  readonly random: number;
}

/** How an attempt that a process lived to see the end of can end. */
type AttemptEnd = Extract<EventBody, { type: "call-succeeded" | "call-failed" | "call-in-doubt" }>;

/** Decides what the end of one attempt means. Pure, and the only place that does. */
export function afterAttempt(state: ExecutionState, call: CallState, outcome: CallOutcome, moment: Moment): EventBody {
  const end = endOfAttempt(state, call, outcome, moment);
  return outcome.trip === undefined ? end : { ...end, trip: outcome.trip };
}

function endOfAttempt(state: ExecutionState, call: CallState, outcome: CallOutcome, moment: Moment): AttemptEnd {
  switch (outcome.kind) {
    case "succeeded":
      return afterAnswer(state, call, outcome, moment);
    case "failed":
      return afterFailure(state, call, { ...outcome, error: inTime(state, call, outcome.error) }, moment);
    case "unknown":
      return afterSilence(state, call, inTime(state, call, outcome.error), moment);
    default:
      return unreachable(outcome);
  }
}

/** What a call that is given up with its step may end with, and a server that has answered would not. */
const GIVEN_UP: ReadonlySet<CallErrorKind> = new Set<CallErrorKind>(["cancelled", "timeout", "child"]);

/** Says of a call that was given up with its step that time was the reason. */
function inTime(state: ExecutionState, call: CallState, error: CallError): CallError {
  return isCutOff(state, call) && GIVEN_UP.has(error.kind) ? overdueError(stepFor(state, call), error) : error;
}

/** Decides what it means that the process died during an attempt: it does not count, and for `once` calls it is a doubt. */
export function afterInterruption(state: ExecutionState, call: CallState): EventBody {
  const step = stepFor(state, call);
  const where = { attempt: call.attempt, ...toolOf(step, call.ref) };
  const error: CallError = { kind: "interrupted", message: "Tutti was stopped during the attempt", ...where };
  const plan = callPlan(step, call);
  const inDoubt: EventBody = { type: "call-in-doubt", call: call.ref, error, interrupted: true };
  if (call.sent && !isSafeToRepeat(plan)) return inDoubt; // J4
  // What is harmless to repeat tells by that what it did, and an ending execution has to know: it would have awaited it.
  const mayGoOnTrying = mayRepeat(state, step, call) || plan.effect === "idempotent";
  if (mayGoOnTrying && call.interruptions + 1 < INTERRUPTIONS_MAX) return { type: "call-interrupted", call: call.ref, error };
  // The repetition that would have told what became of it does not come.
  if (plan.effect === "once" && (call.sent || call.unknown)) return inDoubt;
  if (!mayGoOnTrying) return { type: "call-failed", call: call.ref, error: inTime(state, call, { ...error, kind: "cancelled" }) };
  return { type: "call-failed", call: call.ref, error: { ...error, message: `${INTERRUPTIONS_MAX} attempts in a row were interrupted` } };
}

function isSafeToRepeat(plan: CallPlan): boolean {
  return plan.effect !== "once" || plan.honoursKey;
}

function afterAnswer(state: ExecutionState, call: CallState, outcome: CallOutcome & { kind: "succeeded" }, moment: Moment): AttemptEnd {
  const step = stepFor(state, call);
  const no = call.ref.role === undefined ? noOf(step, outcome.output) : undefined;
  if (no !== undefined) return { type: "call-failed", call: call.ref, error: { ...no, attempt: call.attempt, ...toolOf(step, call.ref) } };
  const missing = missingIn(outcome);
  if (missing !== undefined)
    return afterPart(state, call, { output: outcome.output, error: { ...missing, ...toolOf(step, call.ref) } }, moment);
  const degraded = outcome.source === "stale_cache" ? { degraded: "stale_cache" as const } : replacedBy(call);
  return { type: "call-succeeded", call: call.ref, output: outcome.output, ...degraded };
}

function missingIn({ answer, missing }: CallOutcome & { kind: "succeeded" }): CallError | undefined {
  return answer?.error === undefined ? missing : callErrorOfEnvelope(answer.error);
}

/** A part is something to go on with, but it has not undone everything, and what it does not show may be there all the same. */
function afterPart(
  state: ExecutionState,
  call: CallState,
  part: { readonly output: Json; readonly error: CallError },
  moment: Moment,
): AttemptEnd {
  const error: CallError = { ...part.error, attempt: call.attempt };
  const { role } = call.ref;
  if (role !== "compensate" && role !== "verify")
    return { type: "call-succeeded", call: call.ref, output: part.output, degraded: "partial", error };
  if (!isSafeToRepeat(callPlan(stepFor(state, call), call))) return { type: "call-failed", call: call.ref, error }; // J4
  return afterFailure(state, call, { kind: "failed", accepted: true, error }, moment);
}

function replacedBy(call: CallState): { readonly degraded?: "fallback" } {
  return call.ref.role === "fallback" ? { degraded: "fallback" } : {};
}

/** The "no" of a validating step, which ends like a tool that refused; undefined when it did not say no. */
export function noOf(step: StepState, output: Json): CallError | undefined {
  const reason = step.node.step.validates === true ? reasonOfNo(output) : undefined;
  return reason === undefined ? undefined : { kind: "tool_error", message: reason, detail: output };
}

function toolOf(step: StepState, ref: CallRef): { readonly server?: string; readonly tool?: string } {
  const use = toolUse(step, ref);
  return use === undefined ? {} : { server: use.server, tool: use.tool };
}

function afterFailure(state: ExecutionState, call: CallState, outcome: CallOutcome & { kind: "failed" }, moment: Moment): AttemptEnd {
  const step = stepFor(state, call);
  const plan = callPlan(step, call);
  const error: CallError = { attempt: call.attempt, ...outcome.error };
  const retryAtMs = nextAttemptAtMs(
    state,
    call,
    { error, accepted: outcome.accepted, ...defined({ retryAfterMs: outcome.retryAfterMs }) },
    moment,
  );
  if (retryAtMs !== undefined) return { type: "call-failed", call: call.ref, error, retryAtMs };
  // This attempt did nothing, but an earlier one may have.
  if (call.unknown && !outcome.accepted && plan.effect === "once") return { type: "call-in-doubt", call: call.ref, error };
  return { type: "call-failed", call: call.ref, error };
}

function afterSilence(state: ExecutionState, call: CallState, given: CallError, moment: Moment): AttemptEnd {
  const step = stepFor(state, call);
  const plan = callPlan(step, call);
  const error: CallError = { attempt: call.attempt, ...given };
  if (!isSafeToRepeat(plan)) return { type: "call-in-doubt", call: call.ref, error }; // J4
  const retryAtMs = nextAttemptAtMs(state, call, { error, accepted: true }, moment);
  if (retryAtMs !== undefined) return { type: "call-failed", call: call.ref, error, retryAtMs, unanswered: true };
  if (plan.effect === "once") return { type: "call-in-doubt", call: call.ref, error };
  return { type: "call-failed", call: call.ref, error: isWanted(state, step, call) ? error : { ...error, kind: "cancelled" } };
}

/** When the next attempt is due, or undefined when this one was the last. */
function nextAttemptAtMs(
  state: ExecutionState,
  call: CallState,
  failure: { readonly error: CallError; readonly accepted: boolean; readonly retryAfterMs?: number },
  moment: Moment,
): number | undefined {
  const step = stepFor(state, call);
  if (!mayRepeat(state, step, call)) return undefined;
  const plan = callPlan(step, call);
  // A server that honours the key makes repeating as harmless as for idempotent calls.
  const rule = retryRule(state.plan.workflow, step, { role: call.ref.role, effect: isSafeToRepeat(plan) ? "idempotent" : plan.effect });
  if (call.attempt >= rule.attemptsMax || !rule.repeats(failure.error.kind, failure.accepted)) return undefined;
  const delayMs = retryDelayMs(
    {
      delayMs: rule.delayMs,
      maxDelayMs: rule.maxDelayMs,
      failures: call.attempt,
      ...defined({ retryAfterMs: failure.retryAfterMs }),
    },
    moment.random,
  );
  const atMs = moment.nowMs + delayMs;
  return hasOwnTime(call.ref.role) || atMs < limitAtMs(step) ? atMs : undefined;
}

function mayRepeat(state: ExecutionState, step: StepState, call: CallState): boolean {
  return isWanted(state, step, call) && !isCutOff(state, call);
}

function isWanted(state: ExecutionState, step: StepState, call: CallState): boolean {
  // Undoing and probing belong to the ending of an execution.
  return call.ref.role === "compensate" || call.ref.role === "verify" || mayGoOn(state, step);
}

function stepFor(state: ExecutionState, call: CallState): StepState {
  const step = state.steps[call.step];
  if (step === undefined) throw new RangeError(`${callId(call.ref)} belongs to no step`);
  return step;
}
