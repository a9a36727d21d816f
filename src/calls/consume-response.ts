import type { Json, JsonObject } from "../base/json.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { McpToolResponse } from "../envelope/payloads.ts";

/** Is told of results that are not whole. */
export interface ResponseLog {
  warn(message: string, about: JsonObject): void;
}

/**
 * The result of a call through an adapter, for code that wants a value: the result itself; `{ status: "partial", data,
 * warning }` where an error came with it, which the log is told; and a call that failed rejects as it did.
 */
export async function consumeResponse(response: Promise<Envelope<McpToolResponse>>, log: ResponseLog): Promise<Json> {
  const { meta, data, error } = await response;
  const result = data?.result ?? null;
  if (error === undefined) return result;
  const { requestId = null } = meta;
  const about = { type: error.type, code: error.code, tool: data?.tool ?? null, request_id: requestId };
  log.warn(`partial success: ${error.message}`, about);
  return { status: "partial", data: result, warning: error.message };
}
