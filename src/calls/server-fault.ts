import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import type { ReplicaFault } from "../model/health.ts";

/**
 * What the end of a call says of the replica that had it: a fault of its own, that it did answer (also with a no), or
 * nothing. Breakers and health go by it alike.
 */
export function faultOf(outcome: CallOutcome): ReplicaFault | "success" | "neutral" {
  if (outcome.kind === "succeeded") return "success";
  // Whatever keeps arguments from being sent is on this side, and the replica was not asked.
  if (outcome.kind === "failed" && !outcome.accepted && outcome.error.kind === "input_invalid") return "neutral";
  return MEANINGS[outcome.error.kind];
}

const MEANINGS: Readonly<Record<CallErrorKind, ReplicaFault | "success" | "neutral">> = {
  connection: "connection",
  timeout: "timeout",
  server_error: "server_error",
  tool_error: "success",
  input_invalid: "success",
  output_invalid: "success",
  not_found: "success",
  // It is busy, which the pause that it asks for answers better than a breaker.
  rate_limit: "neutral",
  // These are ours: they end a call before it is sent, or without waiting for its answer.
  denied: "neutral",
  circuit_open: "neutral",
  cancelled: "neutral",
  expression: "neutral",
  approval: "neutral",
  child: "neutral",
  interrupted: "neutral",
};
