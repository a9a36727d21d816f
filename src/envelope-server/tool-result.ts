import type { CallToolResult } from "@modelcontextprotocol/server";
import { isJsonObject } from "../base/json.ts";
import { encodeEnvelope } from "../envelope/envelope-codec.ts";
import type { Envelope } from "../envelope/envelope.ts";
import { ENVELOPE_KEY } from "../envelope/meta-keys.ts";
import type { McpToolResponse } from "../envelope/payloads.ts";

/** `legacy`: a handshake opens the connection (2024-11-05 to 2025-11-25). `modern`: each request stands for itself (2026-07-28). */
export type Era = "legacy" | "modern";

/**
 * An answer as every MCP client reads it, with the envelope beside it for those that know envelopes.
 *
 * A part of what was asked is no failure; the text says what is missing, for clients that see no more than that.
 */
export function toolResult(answer: Envelope<McpToolResponse>, era: Era): CallToolResult {
  const { data, error } = answer;
  const _meta = { [ENVELOPE_KEY]: wireEnvelope(answer) };
  if (data === undefined) return { isError: true, content: [text(error?.message ?? "the tool gave no answer")], _meta };
  const content = [text(JSON.stringify(data.result))];
  // Structured content was an object before 2026; a list travels as text then, which both sides read as JSON.
  if (era === "legacy" && !isJsonObject(data.result)) return { content, _meta };
  if (error !== undefined) content.push(text(`This is only a part of the result: ${error.message}`));
  return { content, structuredContent: data.result, _meta };
}

/** Without the result, which is the content, and without the claims about who asked: whoever did knows. */
function wireEnvelope({ meta, data, error }: Envelope<McpToolResponse>): Record<string, unknown> {
  const { security: _, onBehalfOf: __, ...shown } = meta;
  const metadata = data?.metadata;
  return {
    ...encodeEnvelope({ meta: shown, ...(error === undefined ? {} : { error }) }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function text(words: string): { readonly type: "text"; readonly text: string } {
  return { type: "text", text: words };
}
