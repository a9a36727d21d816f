import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import type { Json } from "../base/json.ts";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import { HttpFault } from "./http-fault.ts";
import { cutDetail, cutText } from "./cut-text.ts";
import { UNSUPPORTED_VERSION } from "./era.ts";
import { httpWords } from "./http-words.ts";
import { LoginNeededError } from "./login-needed-error.ts";
import { NotSentError } from "./not-sent-error.ts";
import { type Ending, WireFault } from "./wire-fault.ts";

/** What is known of a call that was answered with an error or not at all. */
export interface FailedCall {
  /** Whether the server lists the tool. */
  readonly toolListed: boolean;
  /** Why the connection ended, when it has. */
  readonly ending: Ending | undefined;
}

/** The outcome of a call that the SDK has rejected. Timeouts and aborts are not among these errors: their owner knows better. */
export function outcomeOfError(error: unknown, call: FailedCall): CallOutcome {
  if (error instanceof ProtocolError) {
    return error.data instanceof WireFault ? outcomeOfFault(error.data) : outcomeOfProtocolError(error, call);
  }
  if (error instanceof HttpFault) return outcomeOfHttpFault(error);
  if (error instanceof SdkHttpError) return outcomeOfStatus(error.status, httpWords(error.data["text"], error.statusText));
  if (error instanceof SdkError) return outcomeOfSdkError(error, call);
  if (error instanceof NotSentError) return notAccepted("connection", lostWords(call.ending, error.message), call.ending?.detail);
  if (error instanceof LoginNeededError) return notAccepted("tool_error", error.message);
  if (isParseError(error))
    return { kind: "failed", accepted: true, error: { kind: "server_error", message: "the server's answer makes no sense" } };
  // What is left is a bug of the SDK or of ours; the call may have been sent.
  return unknown(error instanceof Error ? error.message : String(error));
}

/** The SDK lets the errors of its parsers through: of JSON, and of the shape of messages. */
function isParseError(error: unknown): boolean {
  return error instanceof Error && (error.name === "SyntaxError" || error.name === "ZodError" || error.name === "$ZodError");
}

function outcomeOfFault(fault: WireFault): CallOutcome {
  if (fault.kind === "lost") return unknown(fault.message);
  return {
    kind: "failed",
    accepted: true,
    error: { kind: fault.kind === "malformed" ? "server_error" : "output_invalid", message: fault.message },
  };
}

function outcomeOfProtocolError(error: ProtocolError, call: FailedCall): CallOutcome {
  const detail = {
    code: error.code,
    message: cutText(error.message),
    ...(error.data === undefined ? {} : { data: cutDetail(error.data as Json) }),
  };
  const { kind, accepted } = meaningOfCode(error.code, call.toolListed);
  return { kind: "failed", accepted, error: { kind, message: cutText(error.message), detail } };
}

/** What a JSON-RPC error code says. `accepted` is false where it says that the tool was not reached. */
function meaningOfCode(code: number, toolListed: boolean): CodeMeaning {
  // Servers say the same of a tool that is unknown and of arguments that do not fit.
  if (code === INVALID_PARAMS && !toolListed) return { kind: "not_found", accepted: false };
  const inServerRange = code >= -32_099 && code <= -32_000;
  return MEANINGS[code] ?? { kind: inServerRange ? "server_error" : "tool_error", accepted: true };
}

interface CodeMeaning {
  readonly kind: CallErrorKind;
  readonly accepted: boolean;
}

const INVALID_PARAMS = -32_602;

const MEANINGS: Readonly<Record<number, CodeMeaning>> = {
  // Parse error, invalid request, method not found, invalid params, internal error.
  [-32_700]: { kind: "server_error", accepted: false },
  [-32_600]: { kind: "server_error", accepted: false },
  [-32_601]: { kind: "not_found", accepted: false },
  [INVALID_PARAMS]: { kind: "input_invalid", accepted: true },
  [-32_603]: { kind: "server_error", accepted: true },
  // Resource not found, and a page that a person must open first.
  [-32_002]: { kind: "tool_error", accepted: true },
  [-32_042]: { kind: "tool_error", accepted: true },
  // Header mismatch, missing client capability, unsupported protocol version.
  [-32_020]: { kind: "server_error", accepted: false },
  [-32_021]: { kind: "server_error", accepted: false },
  [UNSUPPORTED_VERSION]: { kind: "server_error", accepted: false },
};

function outcomeOfHttpFault(fault: HttpFault): CallOutcome {
  if (fault.status !== undefined) return outcomeOfStatus(fault.status, fault.message, fault.retryAfterMs);
  if (fault.kind === "oversized") return { kind: "failed", accepted: true, error: { kind: "output_invalid", message: fault.message } };
  return fault.kind === "not-sent" ? notAccepted("connection", fault.message) : unknown(fault.message);
}

function outcomeOfStatus(status: number, words: string, retryAfterMs?: number): CallOutcome {
  const message = words === "" ? `the server answered HTTP ${status}` : `the server answered HTTP ${status}: ${words}`;
  const error = { kind: kindOfStatus(status), message, detail: { http_status: status } };
  // It was said by somebody between: he knows as little as we do whether the server has done it.
  if (retryAfterMs === undefined && FROM_BETWEEN.has(status)) return { kind: "unknown", error };
  // A server that asks to come back has not begun; any other 5xx may come from the middle of the work.
  const accepted = status >= 500 && !(status === 503 && retryAfterMs !== undefined);
  return { kind: "failed", accepted, error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Bad gateway, gateway timeout. */
const FROM_BETWEEN: ReadonlySet<number> = new Set([502, 504]);

function kindOfStatus(status: number): CallErrorKind {
  if (status === 429) return "rate_limit";
  if (status >= 500) return "server_error";
  if (status === 404 || status === 405 || status === 410) return "not_found";
  return status === 400 || status === 413 || status === 422 ? "input_invalid" : "tool_error";
}

function outcomeOfSdkError(error: SdkError, call: FailedCall): CallOutcome {
  switch (error.code) {
    case SdkErrorCode.ConnectionClosed:
      return unknown(lostWords(call.ending, "it was closed"), call.ending?.detail);
    case SdkErrorCode.NotConnected:
      return notAccepted("connection", lostWords(call.ending, "it was closed"), call.ending?.detail);
    case SdkErrorCode.InputRequiredRoundsExceeded:
      return { kind: "failed", accepted: true, error: { kind: "tool_error", message: error.message } };
    default:
      return { kind: "failed", accepted: true, error: { kind: "server_error", message: cutText(error.message) } };
  }
}

function lostWords(ending: Ending | undefined, otherwise: string): string {
  return `the connection was lost: ${ending?.message ?? otherwise}`;
}

/** The call did not reach the tool. */
export function notAccepted(kind: CallErrorKind, message: string, detail?: Json): CallOutcome {
  return { kind: "failed", accepted: false, error: { kind, message, ...(detail === undefined ? {} : { detail }) } };
}

function unknown(message: string, detail?: Json): CallOutcome {
  return { kind: "unknown", error: { kind: "connection", message, ...(detail === undefined ? {} : { detail }) } };
}
