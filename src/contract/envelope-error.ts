import { defined } from "../base/defined.ts";
import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { CallError } from "../model/call.ts";
import { envelopeErrorOfCall } from "../model/call-envelope-error.ts";
import { isTuttiError } from "../model/errors.ts";
import type { TuttiError } from "../model/errors.ts";
import { errorDocument } from "./error-document.ts";
import { ERROR_TRAITS } from "./error-traits.ts";

/** A refusal or a failed call as an envelope carries it. What only the operator of this machine may know stays here. */
export function envelopeErrorOf(error: TuttiError | CallError): EnvelopeError {
  if (!isTuttiError(error)) return envelopeErrorOfCall(error);
  if (isTuttiError(error, "call.failed") && error.details.error !== undefined) return error.details.error;
  const { variant, httpStatus } = ERROR_TRAITS[error.code];
  const details = detailsOf(error);
  return {
    type: variant,
    code: error.code,
    message: error.message,
    ...(Object.keys(details).length === 0 ? {} : { details }),
    httpStatusCode: httpStatus,
  };
}

function detailsOf(error: TuttiError): JsonObject {
  const { problems, details } = errorDocument(error).error;
  const told = isJsonObject(details) ? Object.entries(details).filter(([key]) => !OPERATOR_ONLY.includes(key)) : [];
  return { ...Object.fromEntries(told), ...defined({ problems }) };
}

/** Where the data directory is, and what a server wrote to its log. */
const OPERATOR_ONLY = ["path", "stderr"];
