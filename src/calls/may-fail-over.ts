import type { CallErrorKind, CallOutcome, CallRequest } from "../model/call.ts";

/**
 * Whether another replica may be asked to do what one could not. A call that acts anew each time goes on only when it is
 * known that the tool was not reached; nobody decides for a person that it was not done.
 */
export function mayFailOver({ effect, replica }: Pick<CallRequest, "effect" | "replica">, outcome: CallOutcome): boolean {
  if (outcome.kind === "succeeded" || !OF_THE_REPLICA.has(outcome.error.kind)) return false;
  const unreached = outcome.kind === "failed" && !outcome.accepted;
  // What one replica has to say, nobody says for it but when it is gone.
  if (replica !== undefined) return unreached && outcome.error.kind === "connection";
  return effect !== "once" || unreached;
}

/** What may be different at another replica. A tool that says no says it everywhere. */
const OF_THE_REPLICA: ReadonlySet<CallErrorKind> = new Set(["connection", "timeout", "rate_limit", "server_error"]);
