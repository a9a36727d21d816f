import { isJsonObject } from "../base/json.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { ErrorVariant } from "../envelope/error-variant.ts";
import { VARIANT_TRAITS } from "../envelope/variant-traits.ts";
import type { CallOutcome } from "../model/call.ts";
import { envelopeErrorOfCall } from "../model/call-envelope-error.ts";
import { TuttiError } from "../model/errors.ts";
import type { Effect } from "../model/workflow.ts";
import { inputRequired } from "./input-required.ts";

/** The rejection of a call through the adapter; its details have the error as an envelope carries it. */
export function callFailed(error: EnvelopeError, kind: string, cause?: unknown): TuttiError<"call.failed"> {
  return new TuttiError("call.failed", error.message, { kind, error }, { cause });
}

/** An error that the adapter itself has found, with the code and the status that its kind has. */
export function adapterError(type: ErrorVariant, message: string, details?: EnvelopeError["details"]): EnvelopeError {
  const { code, httpStatus } = VARIANT_TRAITS[type];
  return { type, code, message, httpStatusCode: httpStatus, ...(details === undefined ? {} : { details }) };
}

/**
 * Why a call did not succeed, for envelopes and for programs. That a server wants to know something first is an end of
 * its own; so is that nobody knows whether a call took effect, which `details.in_doubt` says.
 */
export function errorOfOutcome(
  outcome: Exclude<CallOutcome, { kind: "succeeded" }>,
  effect: Effect,
): { readonly error: EnvelopeError; readonly kind: string } {
  const error = envelopeErrorOfCall(outcome.error);
  const details = isJsonObject(error.details) ? error.details : {};
  const asked = inputRequired(outcome.error);
  if (asked !== undefined) {
    return {
      kind: "input_required",
      error: { ...error, code: "INPUT_REQUIRED", httpStatusCode: 422, details: { ...details, input_requests: asked } },
    };
  }
  const { kind } = outcome.error;
  if (outcome.kind === "unknown" && effect === "once") return { kind, error: { ...error, details: { ...details, in_doubt: true } } };
  const retryAfterMs = outcome.kind === "failed" ? outcome.retryAfterMs : undefined;
  return { kind, error: retryAfterMs === undefined ? error : { ...error, retryAfter: Math.ceil(retryAfterMs / 1_000) } };
}
