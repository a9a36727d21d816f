import type { Json } from "../base/json.ts";
import type { CallErrorKind, CallOutcome, CallRequest } from "../model/call.ts";

/** The end of a call that was given up before it was sent. */
export function notSent(request: CallRequest, message: string): CallOutcome {
  return refused(request, { kind: "cancelled", message });
}

/** The end of a call that may not be sent, and why. */
export function refused(
  request: CallRequest,
  why: { readonly kind: CallErrorKind; readonly message: string; readonly detail?: Json },
): CallOutcome {
  return { kind: "failed", accepted: false, error: { ...why, server: request.server, tool: request.tool } };
}
