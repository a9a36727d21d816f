import { createHash } from "node:crypto";
import { type JsonObject, type Json, isJsonObject } from "../base/json.ts";

/** A row that is there but does not hold what was once written to it: the journal is damaged. */
export class UnreadableRow extends Error {
  override readonly name = "UnreadableRow";
}

/** Parses text of the journal; `what` names it in the error. */
export function parseStored(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UnreadableRow(`${what} is not JSON`, { cause: error });
  }
}

/** Parses text of the journal that must be an object. */
export function parseStoredObject(text: string, what: string): JsonObject {
  const value = parseStored(text, what);
  if (!isJsonObject(value)) throw new UnreadableRow(`${what} is not an object`);
  return value;
}

/** SHA-256 in hexadecimal, as all content addresses in the journal. */
export function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
