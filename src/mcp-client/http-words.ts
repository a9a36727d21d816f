import { isJsonObject } from "../base/json.ts";
import { cutText } from "./cut-text.ts";

/** What a server said about an HTTP request that it refused: the message of a JSON-RPC error, else the text, else what the status says. */
export function httpWords(body: unknown, statusText: string | undefined): string {
  const text = typeof body === "string" ? body.trim() : "";
  const message = jsonMessage(text);
  if (message !== undefined) return cutText(message);
  // A page made for browsers says less than its status.
  return text === "" || text.startsWith("<") ? (statusText ?? "") : cutText(text);
}

/** Of the text of a refusal; nobody reads more. */
export const REFUSAL_BYTES_MAX: number = 64 * 1_024;

/** Says that a server has refused to be connected to. */
export function statusWords(status: number, words: string): string {
  return words === "" ? `it answered HTTP ${status}` : `it answered HTTP ${status}: ${words}`;
}

function jsonMessage(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const error = isJsonObject(parsed) ? (parsed["error"] ?? parsed["message"]) : undefined;
    const message = isJsonObject(error) ? error["message"] : error;
    return typeof message === "string" && message !== "" ? message : undefined;
  } catch {
    return undefined;
  }
}
