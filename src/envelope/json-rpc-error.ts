import { defined } from "../base/defined.ts";
import { isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { EnvelopeError } from "./envelope-error.ts";
import type { ErrorVariant } from "./error-variant.ts";
import type { JsonRpcError } from "./payloads.ts";
import { VARIANT_TRAITS } from "./variant-traits.ts";

/** What kind of error a JSON-RPC code means. */
export function variantOfJsonRpcCode(code: number): ErrorVariant {
  const known = STANDARD_CODES.get(code);
  if (known !== undefined) return known.type;
  return code >= -32_099 && code <= -32_000 ? "McpProtocol" : "External";
}

/** An error that a JSON-RPC peer has answered; `details` has its code, message and data as they were. */
export function envelopeErrorOfJsonRpc(error: JsonRpcError): EnvelopeError {
  const type = variantOfJsonRpcCode(error.code);
  const traits = VARIANT_TRAITS[type];
  const notFound = error.code === RESOURCE_NOT_FOUND;
  return {
    type,
    code: notFound ? "RESOURCE_NOT_FOUND" : traits.code,
    message: messageOf(error, type),
    details: defined({ code: error.code, message: error.message, data: error.data }),
    httpStatusCode: notFound ? 404 : traits.httpStatus,
  };
}

/** The error as JSON-RPC has it. One that came from JSON-RPC becomes again what it was. */
export function jsonRpcErrorOf(error: EnvelopeError): JsonRpcError {
  const original = jsonRpcErrorIn(error.details);
  if (original !== undefined && variantOfJsonRpcCode(original.code) === error.type) return original;
  const { type, code, details, retryAfter } = error;
  return {
    code: VARIANT_TRAITS[type].jsonRpcCode,
    message: error.message,
    data: defined({ type, code, details, retry_after: retryAfter }),
  };
}

/** The JSON-RPC error that details consist of or contain; undefined when they have none. */
export function jsonRpcErrorIn(details: Json | undefined): JsonRpcError | undefined {
  if (!isJsonObject(details)) return undefined;
  const { code, message, data } = details;
  if (typeof code !== "number" || !Number.isInteger(code) || typeof message !== "string") return undefined;
  return defined({ code, message, data });
}

/** Of MCP before 2026. */
const RESOURCE_NOT_FOUND = -32_002;

const STANDARD_CODES: ReadonlyMap<number, { readonly type: ErrorVariant; readonly message: string }> = new Map([
  [-32_700, { type: "Serialization", message: "Parse error" }],
  [-32_600, { type: "Validation", message: "Invalid request" }],
  [-32_601, { type: "McpToolExecution", message: "Method not found" }],
  [-32_602, { type: "Validation", message: "Invalid params" }],
  [-32_603, { type: "McpToolExecution", message: "Internal error" }],
]);

function messageOf({ code, message }: JsonRpcError, type: ErrorVariant): string {
  const words = message.trim() === "" ? (STANDARD_CODES.get(code)?.message ?? `code ${code}`) : message;
  return type === "External" ? `MCP error: ${words}` : words;
}
