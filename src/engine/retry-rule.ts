import type { Ms } from "../base/duration.ts";
import type { CallErrorKind, CallRole } from "../model/call.ts";
import type { Effect, RetryCause, RetryPolicy, Workflow } from "../model/workflow.ts";
import type { StepState } from "./execution-state.ts";

/** What holds for repeating one call. */
export interface RetryRule {
  readonly attemptsMax: number;
  readonly delayMs: Ms;
  readonly maxDelayMs: Ms;
  /** Whether a failure of this kind is worth another attempt. */
  repeats(kind: CallErrorKind, accepted: boolean): boolean;
}

const DEFAULT_ATTEMPTS = 3;
const DEFAULT_DELAY_MS = 200;
const DEFAULT_CAP_MS = 30_000;

const CAUSES: Readonly<Partial<Record<CallErrorKind, RetryCause>>> = {
  connection: "connection",
  circuit_open: "connection",
  timeout: "timeout",
  rate_limit: "rate_limit",
  server_error: "server_error",
  tool_error: "tool_error",
  child: "tool_error",
};

/**
 * Without `retry:` only transient failures are repeated, and of `once` calls only those that were not accepted. With
 * it the author says that repeating is right. Compensation is repeated for every cause, because leaving something
 * behind is worse.
 */
export function retryRule(
  workflow: Workflow,
  step: StepState,
  call: { readonly role?: CallRole | undefined; readonly effect: Effect },
): RetryRule {
  const own = ownPolicy(step, call.role);
  return {
    attemptsMax: call.role === "stale" ? 1 : ((own ?? { maxAttempts: workflow.errorPolicy.retryCount }).maxAttempts ?? DEFAULT_ATTEMPTS),
    delayMs: own?.delayMs ?? DEFAULT_DELAY_MS,
    maxDelayMs: own?.maxDelayMs ?? DEFAULT_CAP_MS,
    repeats: (kind, accepted) => (own === undefined ? repeatsByDefault(kind, accepted, call.effect) : repeatsByPolicy(own, kind)),
  };
}

function ownPolicy(step: StepState, role: CallRole | undefined): RetryPolicy | undefined {
  if (role === undefined) return step.node.step.retry;
  return role === "compensate" ? (step.node.step.compensate?.retry ?? {}) : undefined;
}

function repeatsByDefault(kind: CallErrorKind, accepted: boolean, effect: Effect): boolean {
  const cause = CAUSES[kind];
  if (cause === undefined || cause === "tool_error") return false;
  return effect !== "once" || !accepted;
}

function repeatsByPolicy(policy: RetryPolicy, kind: CallErrorKind): boolean {
  const cause = CAUSES[kind];
  return cause !== undefined && (policy.on === undefined || policy.on.includes(cause));
}
