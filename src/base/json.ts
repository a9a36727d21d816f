/** What JSON can hold. Inside Tutti, absent is `undefined`; `null` is only ever somebody's data. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Tells an object from the other JSON values. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells a list from the other JSON values; `Array.isArray` loses the element type of a readonly list. */
export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The same text for values that are equal, whatever the order of their keys: for hashes and comparisons. */
export function canonicalJson(value: Json): string {
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`);
  return `{${members.join(",")}}`;
}

/** Whether two JSON values are equal, whatever the order of keys. */
export function jsonEqual(left: Json, right: Json): boolean {
  return left === right || canonicalJson(left) === canonicalJson(right);
}

/** Whether a value is larger than that, encoded. It is encoded only where its characters may make the difference. */
export function jsonExceeds(value: Json, limitBytes: number): boolean {
  const aboutBytes = jsonSize(value, limitBytes);
  if (aboutBytes > limitBytes) return true;
  if (aboutBytes * CHARACTER_BYTES_MAX <= limitBytes) return false;
  return new TextEncoder().encode(JSON.stringify(value)).length > limitBytes;
}

/** Of a control character, which is written as `\u0001`. */
const CHARACTER_BYTES_MAX = 6;

/** About the size of a value in bytes, encoded, found without encoding it: a byte for a character; stops counting beyond `enoughBytes`. */
export function jsonSize(value: Json, enoughBytes: number): number {
  let bytes = 0;
  const visit = (part: Json): boolean => {
    if (typeof part === "string") bytes += part.length + 2;
    else if (isJsonArray(part)) {
      for (const element of part) if (visit(element)) return true;
    } else if (isJsonObject(part)) {
      for (const key of Object.keys(part)) {
        bytes += key.length + 4;
        if (visit(part[key] as Json)) return true;
      }
    } else bytes += 6;
    return bytes > enoughBytes;
  };
  visit(value);
  return bytes;
}
