import { INTERNAL_ERROR, ProtocolError } from "@modelcontextprotocol/server";
import { ERROR_TRAITS } from "../contract/error-traits.ts";
import { isTuttiError } from "../model/errors.ts";
import type { TuttiError } from "../model/errors.ts";

/** Of requests over HTTP that are none of the protocol. */
export const BAD_REQUEST = -32_000;
/** There is no room now, or no time any more: the client may come again. */
export const UNAVAILABLE = -31_503;

/** What a client is told of whatever a handler threw. Bugs are told to `onFault`, and the client that there is one. */
export function toldProtocolError(error: unknown, onFault: (error: unknown) => void): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (isTuttiError(error)) return protocolRefusal(error);
  onFault(error);
  return new ProtocolError(INTERNAL_ERROR, "the request could not be answered; the log of the server says why");
}

/** A refusal before any request of JSON-RPC was looked at, as HTTP tells it. */
export function httpRefusal({ code, message }: TuttiError): Response {
  const { httpStatus, jsonRpcCode } = ERROR_TRAITS[code];
  const challenge = httpStatus === 401 ? { "www-authenticate": `Bearer realm="tutti"` } : undefined;
  return jsonRpcResponse(httpStatus, { code: jsonRpcCode, message }, challenge);
}

/** An error of JSON-RPC without a request that it answers. */
export function jsonRpcResponse(
  status: number,
  error: { readonly code: number; readonly message: string },
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ jsonrpc: "2.0", id: null, error }, { status, headers });
}

/** A refusal as JSON-RPC tells it, for what is no call of a tool. */
function protocolRefusal(error: TuttiError): ProtocolError {
  return new ProtocolError(ERROR_TRAITS[error.code].jsonRpcCode, error.message, { code: error.code });
}
