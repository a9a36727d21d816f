import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { humanDuration, type Ms } from "../base/duration.ts";
import type { CallOutcome } from "../model/call.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";
import { refused } from "./not-sent.ts";

/**
 * Bounds a call by the time that its step and its execution leave: all of it, also its waiting for limits, places and
 * other replicas. What that ends has timed out: before it was sent it is known to have done nothing, after that it is not.
 */
export function boundTime(clock: Clock): CallStage {
  return (call, next) => {
    const { leftMs } = call.request;
    return leftMs === undefined ? next(call) : withinTime(call, next, { clock, leftMs });
  };
}

/**
 * A server that is silent for all the time is at fault, and is told so by the limit for the attempt, which is why that
 * comes first. What is cut off by the limit here may only have waited too long before.
 */
const EARLIER_MS: Ms = 20;

async function withinTime(
  call: CallOnItsWay,
  next: NextStage,
  { clock, leftMs }: { readonly clock: Clock; readonly leftMs: Ms },
): Promise<CallOutcome> {
  const { request } = call;
  if (leftMs <= 0) return refused(request, { kind: "timeout", message: "there was no time left for the call" });
  const attemptMs = leftMs - Math.min(EARLIER_MS, leftMs / 10);
  const shortened = attemptMs < request.timeoutMs;
  using limit = deadline(clock, call.signal, leftMs, () => new Error(`the ${humanDuration(leftMs)} for the call are up`));
  const outcome = await next({ ...call, request: shortened ? { ...request, timeoutMs: attemptMs } : request, signal: limit.signal });
  if (outcome.kind === "succeeded") return outcome;
  const { kind } = outcome.error;
  return (limit.expired && kind === "cancelled") || (shortened && kind === "timeout") ? timedOut(outcome, leftMs) : outcome;
}

function timedOut(outcome: Exclude<CallOutcome, { kind: "succeeded" }>, leftMs: Ms): CallOutcome {
  const unsent = outcome.kind === "failed" && !outcome.accepted;
  const time = humanDuration(leftMs);
  const message = unsent
    ? `the ${time} that were left for the call were up before it was sent: ${outcome.error.message}`
    : `no answer within the ${time} that were left for the call; the server was told to stop`;
  return { ...outcome, error: { ...outcome.error, kind: "timeout", message } };
}
