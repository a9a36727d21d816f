import { type Clock, sleep } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { retryDelayMs } from "../base/retry-delay.ts";
import { VARIANT_TRAITS } from "../envelope/variant-traits.ts";
import type { CallError, CallErrorKind, CallOutcome, CallRequest } from "../model/call.ts";
import { envelopeErrorOfCall } from "../model/call-envelope-error.ts";
import { type ToolCaller, UNWATCHED } from "../ports/tool-caller.ts";
import { inputRequired } from "./input-required.ts";

/** What a call may take, with all its attempts. */
export interface RepeatRule {
  /** In all, at least 1. */
  readonly attemptsMax: number;
  /** For one attempt, not counting the wait for a place. */
  readonly timeoutMs: Ms;
  /** For everything. */
  readonly totalMs: Ms;
  /** Doing it twice is the same as doing it once: it only reads, is idempotent, or the server honours the key. */
  readonly safe: boolean;
}

export interface RepeatPorts {
  readonly caller: ToolCaller;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/** How a call ended after all its attempts, and how long the last one took. */
export interface RepeatedCall {
  readonly outcome: CallOutcome;
  readonly durationMs: Ms;
}

/**
 * Makes a call, and makes it again when it failed in a way that may pass. What may have taken effect is only repeated
 * when that is safe.
 *
 * @throws the reason of the signal
 */
export async function repeatCall(
  request: Omit<CallRequest, "attempt" | "attemptsMax" | "timeoutMs">,
  rule: RepeatRule,
  ports: RepeatPorts,
  signal: AbortSignal,
): Promise<RepeatedCall> {
  const { caller, clock } = ports;
  const endMs = clock.monotonicMs() + rule.totalMs;
  using limit = deadline(clock, signal, rule.totalMs, () => new Error("the time for all attempts is up"));
  let doubtful = false;
  for (let attempt = 1; ; attempt += 1) {
    const startMs = clock.monotonicMs();
    const timeoutMs = Math.max(1, Math.min(rule.timeoutMs, Math.round(endMs - startMs)));
    const answered = await caller.call({ ...request, attempt, attemptsMax: rule.attemptsMax, timeoutMs }, UNWATCHED, limit.signal);
    signal.throwIfAborted();
    const outcome = limit.expired ? timedOut(answered, rule.totalMs) : answered;
    doubtful ||= outcome.kind === "unknown";
    const ended = { outcome: doubtful ? stillInDoubt(outcome) : outcome, durationMs: clock.monotonicMs() - startMs };
    const delayMs = attempt < rule.attemptsMax ? delayBeforeNext(outcome, attempt, rule.safe, ports.random) : undefined;
    if (delayMs === undefined || clock.monotonicMs() + delayMs >= endMs) return ended;
    await sleep(clock, delayMs, signal);
  }
}

/** This attempt did nothing, but an earlier one may have. */
function stillInDoubt(outcome: CallOutcome): CallOutcome {
  return outcome.kind === "failed" && !outcome.accepted ? { kind: "unknown", error: outcome.error } : outcome;
}

/** What our own time limit ended was not cancelled by anybody. */
function timedOut(outcome: CallOutcome, totalMs: Ms): CallOutcome {
  if (outcome.kind === "succeeded" || outcome.error.kind !== "cancelled") return outcome;
  return { ...outcome, error: { ...outcome.error, kind: "timeout", message: `no answer within ${totalMs} ms, with all attempts` } };
}

const DELAY_MS = 200;
const DELAY_MAX_MS = 30_000;

/** Undefined when there is to be no other attempt. */
function delayBeforeNext(outcome: CallOutcome, failures: number, safe: boolean, random: () => number): Ms | undefined {
  if (outcome.kind === "succeeded") return undefined;
  const untouched = outcome.kind === "failed" && !outcome.accepted;
  if (!(untouched || safe) || !mayPass(outcome.error)) return undefined;
  const retryAfterMs = outcome.kind === "failed" ? outcome.retryAfterMs : undefined;
  const rule = { delayMs: DELAY_MS, maxDelayMs: DELAY_MAX_MS, failures, ...defined({ retryAfterMs }) };
  switch (VARIANT_TRAITS[envelopeErrorOfCall(outcome.error).type].retryClass) {
    case "exponential":
      return retryDelayMs(rule, random());
    case "linear":
      // The ceiling grows by the same amount each time.
      return retryDelayMs({ ...rule, delayMs: DELAY_MS * failures, failures: 1 }, random());
    case "immediate":
      return retryAfterMs ?? 0;
    case "none":
      return undefined;
  }
}

/** Failures that another attempt may not meet. What is wrong with the request itself, it meets again. */
const PASSING: ReadonlySet<CallErrorKind> = new Set(["connection", "timeout", "rate_limit", "server_error", "circuit_open", "tool_error"]);

function mayPass(error: CallError): boolean {
  return PASSING.has(error.kind) && inputRequired(error) === undefined;
}
