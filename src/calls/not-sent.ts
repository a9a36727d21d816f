import type { CallOutcome, CallRequest } from "../model/call.ts";

/** The end of a call that was given up before it was sent. */
export function notSent(request: CallRequest, message: string): CallOutcome {
  return { kind: "failed", accepted: false, error: { kind: "cancelled", message, server: request.server, tool: request.tool } };
}
