import type { CallToolResult } from "@modelcontextprotocol/server";
import type { JsonObject } from "../base/json.ts";
import { errorDocument } from "../contract/error-document.ts";
import type { TuttiError } from "../model/errors.ts";

/** Beyond this the document is given once, as structured content: models pay for every copy. */
const TEXT_LENGTH_MAX = 64 * 1024;

/**
 * What a tool gave: the document for programs, and for whoever reads a sentence first, when there is one, and the document
 * as text, because many clients show their model nothing else.
 */
export function toolAnswer(document: JsonObject, summary?: string): CallToolResult {
  const json = JSON.stringify(document);
  const texts = [summary, summary !== undefined && json.length > TEXT_LENGTH_MAX ? undefined : json];
  return { content: texts.flatMap((text) => (text === undefined ? [] : [{ type: "text", text }])), structuredContent: document };
}

/** Which tool said no, and when. */
export interface RefusedCall {
  readonly tool: string;
  readonly nowMs: number;
}

/** Why a tool did not do it, with all that is wrong, so that the next try can be right. */
export function toolRefusal(error: TuttiError, call: RefusedCall): CallToolResult {
  const { message, code, ...rest } = errorDocument(error).error;
  return failed({ error: message, code, ...rest }, call);
}

/** A bug of ours: what it was stands in the log, and nowhere else. */
export function toolFault(call: RefusedCall): CallToolResult {
  return failed({ error: "the tool failed; the log of the server says why", code: "internal" }, call);
}

function failed(document: JsonObject, { tool, nowMs }: RefusedCall): CallToolResult {
  const told = { ...document, tool, timestamp: new Date(nowMs).toISOString() };
  return { content: [{ type: "text", text: JSON.stringify(told) }], structuredContent: told, isError: true };
}
