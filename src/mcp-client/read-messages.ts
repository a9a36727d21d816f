import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import { faultAnswer, WireFault } from "./wire-fault.ts";

/**
 * The messages in one line of a server: one, or several where a server sends batches (2025-03-26).
 *
 * @returns undefined when the line is no message at all
 */
export function readMessages(line: string): readonly JSONRPCMessage[] | undefined {
  if (!/^\s*[[{]/.test(line)) return undefined;
  try {
    const parsed = JSON.parse(line) as Json;
    const parts = isJsonArray(parsed) ? parsed : [parsed];
    const messages = parts.map(readMessage);
    return messages.every((message) => message !== undefined) && messages.length > 0 ? messages : undefined;
  } catch {
    return undefined;
  }
}

/** The SDK decides by the shape what a message is. What has the shape of none would leave its request waiting. */
function readMessage(value: Json): JSONRPCMessage | undefined {
  if (!isJsonObject(value) || value["jsonrpc"] !== "2.0") return undefined;
  const { id, method, result, error } = value;
  const answers = method === undefined && (typeof id === "number" || typeof id === "string");
  if (!answers || isJsonObject(result) || isErrorObject(error)) return value as unknown as JSONRPCMessage;
  return faultAnswer(id, new WireFault("malformed", "the server answered with something that is no result"));
}

function isErrorObject(error: Json | undefined): boolean {
  return isJsonObject(error) && Number.isInteger(error["code"]) && typeof error["message"] === "string";
}
