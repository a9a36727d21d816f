import type { CallErrorKind, CallOutcome } from "../model/call.ts";

/**
 * What the end of a call says of the replica that had it: it could not do its work, it did answer (also with a no), or
 * nothing.
 */
export function faultOf(outcome: CallOutcome): "fault" | "success" | "neutral" {
  if (outcome.kind === "succeeded") return "success";
  // Whatever keeps arguments from being sent is on this side, and the replica was not asked.
  if (outcome.kind === "failed" && !outcome.accepted && outcome.error.kind === "input_invalid") return "neutral";
  return MEANINGS[outcome.error.kind];
}

const MEANINGS: Readonly<Record<CallErrorKind, "fault" | "success" | "neutral">> = {
  connection: "fault",
  timeout: "fault",
  server_error: "fault",
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
