import { isJsonObject, type Json } from "../base/json.ts";
import type { CallError } from "../model/call.ts";

/** What a server wants to know before it goes on, when nobody could be asked; undefined for every other failure. */
export function inputRequired({ detail }: CallError): Json | undefined {
  if (!isJsonObject(detail) || detail["resultType"] !== "input_required") return undefined;
  return detail["inputRequests"] ?? {};
}
