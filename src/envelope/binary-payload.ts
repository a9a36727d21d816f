import * as z from "zod";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";

/** Bytes of somebody, and what they are. */
export interface BinaryPayload {
  /** A media type: `image/png`, `text/csv; charset=utf-8`. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** `type/subtype` of RFC 9110, section 8.3.1, with any parameters; no line ends, so that it can stand in a header. */
const CONTENT_TYPE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,127}\/[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,127}(?:\s*;[\x20-\x7e]{0,500})?$/;

export const contentType: z.ZodType<string> = z.string().regex(CONTENT_TYPE, "must be a media type such as image/png");

/** Within JSON: `{ "content_type": ..., "encoding": "base64", "data": ... }`, a third larger than the bytes. */
export function encodeBinary({ contentType, bytes }: BinaryPayload): JsonObject {
  return { content_type: contentType, encoding: "base64", data: toBase64(bytes) };
}

/** Whether data claims to be binary; {@link decodeBinary} finds out whether it is right. */
export function isBinary(data: Json | undefined): boolean {
  return isJsonObject(data) && data["encoding"] === "base64" && Object.hasOwn(data, "content_type");
}

/**
 * Reads what {@link encodeBinary} wrote.
 *
 * @throws EnvelopeInvalidError with all problems
 */
export function decodeBinary(data: Json): BinaryPayload {
  const parsed = binaryDocument.safeParse(data);
  if (parsed.success) return { contentType: parsed.data.content_type, bytes: fromBase64(parsed.data.data) };
  throw new EnvelopeInvalidError(parsed.error.issues.map(({ path, message }) => `${["data", ...path].join(".")}: ${message}`));
}

/** Whole groups of four, with the padding that belongs there: each sequence of bytes has one text. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

const binaryDocument = z.object(
  {
    content_type: contentType,
    encoding: z.literal("base64", 'must be "base64"'),
    data: z.string("must be text").regex(BASE64, "must be base64 with padding (RFC 4648, section 4)"),
  },
  "must be an object with content_type, encoding and data",
);

/** As many arguments as every engine takes at once. */
const PIECE_BYTES = 8_192;

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += PIECE_BYTES)
    binary += String.fromCharCode(...bytes.subarray(start, start + PIECE_BYTES));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
