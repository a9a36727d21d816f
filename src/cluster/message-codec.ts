import type * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import type { ClusterFault, ClusterMessage } from "./cluster-message.ts";
import { MESSAGE_SCHEMAS, STATUS_SOURCE } from "./cluster-message.ts";

/** Whatever comes in is nested no deeper: code that walks through it would run out of stack. */
const DEPTH_MAX = 100;
const PROBLEMS_SHOWN = 5;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What came of a text: a message, or what is wrong with it and which message it would have been. */
export type ParsedMessage =
  | { readonly kind: "message"; readonly message: ClusterMessage }
  | { readonly kind: "fault"; readonly fault: ClusterFault; readonly messageId?: string };

/**
 * The JSON text of a message; undefined when others would not take it, because something in it is longer than what is taken.
 * That of a status also has what older listeners look for, beside its payload.
 */
export function printMessage(message: ClusterMessage): string | undefined {
  const encoded = MESSAGE_SCHEMAS[message.messageType]?.safeEncode(message);
  if (encoded?.success !== true) return undefined;
  const document = encoded.data as object;
  if (message.messageType !== "workflow_status_update") return JSON.stringify(document);
  const { workflowId, status } = message.payload;
  return JSON.stringify({ ...document, type: message.messageType, workflow_id: workflowId, status, source: STATUS_SOURCE });
}

/** Reads the text of a message. Never throws, whatever the text is. */
export function parseMessage(text: string): ParsedMessage {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return malformed("a message must be JSON");
  }
  if (!isJsonObject(document)) return malformed("a message must be a JSON object");
  if (nestsDeeper(document, DEPTH_MAX)) return malformed(`a message is nested at most ${DEPTH_MAX} levels deep`);
  return readDocument(document);
}

function readDocument(document: JsonObject): ParsedMessage {
  const { message_id: id, message_type: type } = document;
  const named = typeof id === "string" && UUID.test(id) ? { messageId: id } : {};
  const schema = typeof type === "string" ? MESSAGE_SCHEMAS[type] : undefined;
  if (schema === undefined) {
    const message = typeof type === "string" ? `there is no message type "${type.slice(0, 64)}"` : '"message_type" must be text';
    return { kind: "fault", fault: { code: "unknown_type", message }, ...named };
  }
  const parsed = schema.safeDecode(withoutFlatFields(document));
  if (parsed.success) return { kind: "message", message: parsed.data };
  return { ...malformed(wordsOf(parsed.error)), ...named };
}

/** What a status also says beside its payload. */
function withoutFlatFields(document: JsonObject): never {
  if (document["message_type"] !== "workflow_status_update") return document as never;
  const { type: _type, workflow_id: _workflow, status: _status, source: _source, ...message } = document;
  return message as never;
}

function malformed(message: string): Extract<ParsedMessage, { kind: "fault" }> {
  return { kind: "fault", fault: { code: "malformed", message } };
}

function wordsOf({ issues }: z.core.$ZodError): string {
  const shown = issues.slice(0, PROBLEMS_SHOWN).map(({ path, message }) => `${path.length === 0 ? "message" : path.join(".")}: ${message}`);
  const more = issues.length > shown.length ? [`and ${issues.length - shown.length} more`] : [];
  return [...shown, ...more].join("; ").slice(0, 2_000);
}

function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((element) => nestsDeeper(element, levels - 1));
  for (const key in value) if (nestsDeeper(value[key as keyof typeof value], levels - 1)) return true;
  return false;
}
