import { defined } from "../base/defined.ts";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { decodeEnvelope, encodeEnvelope } from "../envelope/envelope-codec.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import { EnvelopeInvalidError } from "../envelope/envelope-invalid-error.ts";
import type { ErrorVariant } from "../envelope/error-variant.ts";
import { envelopeErrorOfJsonRpc, jsonRpcErrorIn } from "../envelope/json-rpc-error.ts";
import { VARIANT_TRAITS } from "../envelope/variant-traits.ts";
import type { CallError, CallErrorKind } from "./call.ts";

/**
 * Why a call did not succeed, as an envelope carries it. `details` has the kind, where it happened, and what the server
 * said: `code`, `message` and `data` of a JSON-RPC error, all else as `detail`. A server that knows envelopes has said
 * itself what kind of error it is.
 */
export function envelopeErrorOfCall({ fallback, ...error }: CallError): EnvelopeError {
  if (fallback !== undefined) return allFailed(error, fallback);
  const { kind, message, server, tool, attempt, detail } = error;
  const where = defined({ kind, server, tool, attempt });
  const own = kind === "output_invalid" ? undefined : serverErrorIn(detail);
  if (own !== undefined) return { ...own, details: { ...where, ...defined({ detail: own.details }) } };
  const answered = jsonRpcErrorIn(detail);
  if (answered !== undefined) {
    const translated = envelopeErrorOfJsonRpc(answered);
    return { ...translated, details: { ...where, ...defined(answered) } };
  }
  return { ...natureOf(error), message, details: { ...where, ...defined({ detail }) } };
}

/** The error of an answer that has data too. It keeps what the server said, as {@link envelopeErrorOfCall} finds it. */
export function callErrorOfEnvelope(error: EnvelopeError): CallError {
  const { error: onWire = null } = encodeEnvelope({ meta: {}, error });
  return { kind: "tool_error", message: error.message, detail: { error: onWire } };
}

/** What was to be done failed, and so did what should have stood in for it. */
function allFailed(primary: CallError, fallback: CallError): EnvelopeError {
  const details = { primary: nested(primary), fallback: nested(fallback) };
  return { ...nature("External"), code: "ALL_SERVERS_FAILED", message: primary.message, details };
}

function nested(error: CallError): JsonObject {
  const { type, code, message, details } = envelopeErrorOfCall(error);
  return defined({ type, code, message, details });
}

/** The error of an envelope that a server has answered with. */
function serverErrorIn(detail: Json | undefined): EnvelopeError | undefined {
  const given = isJsonObject(detail) ? detail["error"] : undefined;
  if (!isJsonObject(given)) return undefined;
  try {
    return decodeEnvelope({ meta: {}, error: given }).error;
  } catch (problem) {
    if (problem instanceof EnvelopeInvalidError) return undefined;
    throw problem;
  }
}

type Nature = Pick<EnvelopeError, "type" | "code" | "httpStatusCode">;

function natureOf({ kind, tool, detail }: CallError): Nature {
  if (kind === "denied" && codeIn(detail) === "tenant.invalid") return { ...nature("TenantExtraction"), code: "tenant.invalid" };
  return kind === "not_found" && tool === undefined ? nature("McpServerNotFound") : NATURES[kind];
}

function codeIn(detail: Json | undefined): Json | undefined {
  return isJsonObject(detail) ? detail["code"] : undefined;
}

/** What each kind of failure is to those who know envelopes. */
const NATURES: Readonly<Record<CallErrorKind, Nature>> = {
  connection: nature("McpClientConnection"),
  timeout: { type: "Transport", code: "TIMEOUT", httpStatusCode: 504 },
  rate_limit: { type: "External", code: "RATE_LIMITED", httpStatusCode: 429 },
  server_error: nature("External"),
  tool_error: nature("McpToolExecution"),
  circuit_open: { type: "External", code: "CIRCUIT_OPEN", httpStatusCode: 503 },
  output_invalid: nature("Deserialization"),
  input_invalid: nature("Validation"),
  not_found: { type: "McpToolExecution", code: "RESOURCE_NOT_FOUND", httpStatusCode: 404 },
  denied: { type: "Security", code: "access.denied", httpStatusCode: 403 },
  expression: { type: "Validation", code: "EXPRESSION_FAILED", httpStatusCode: 422 },
  approval: { type: "Validation", code: "NOT_APPROVED", httpStatusCode: 409 },
  child: nature("Internal"),
  cancelled: { type: "Internal", code: "CANCELLED", httpStatusCode: 409 },
  interrupted: { type: "Internal", code: "INTERRUPTED", httpStatusCode: 500 },
};

function nature(type: ErrorVariant): Nature {
  const { code, httpStatus } = VARIANT_TRAITS[type];
  return { type, code, httpStatusCode: httpStatus };
}
