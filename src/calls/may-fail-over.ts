import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import type { Effect } from "../model/workflow.ts";

/**
 * Whether another replica may be asked to do what one could not. A call that acts anew each time goes on only when it is
 * known that the tool was not reached; nobody decides for a person that it was not done.
 */
export function mayFailOver(effect: Effect, outcome: CallOutcome): boolean {
  if (outcome.kind === "succeeded" || !OF_THE_REPLICA.has(outcome.error.kind)) return false;
  return effect !== "once" || (outcome.kind === "failed" && !outcome.accepted);
}

/** What may be different at another replica. A tool that says no says it everywhere. */
const OF_THE_REPLICA: ReadonlySet<CallErrorKind> = new Set(["connection", "timeout", "rate_limit", "server_error"]);
