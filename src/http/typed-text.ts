import type { Json } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";

/**
 * What text in a path or a query means where this JSON Schema is: a number, true or false, a list, an object as JSON, or
 * the text itself. Text that cannot be what is wanted stays text, so that the schema says what is wrong.
 */
export function typedText(text: string, schema: Json | undefined): Json {
  const value = parsed(text);
  return value !== undefined && typeof value !== "string" && typesOf(schema).has(typeOf(value)) ? value : text;
}

/** The same for a member that may be there several times: as a list where the schema wants one. */
export function typedTexts(texts: readonly string[], schema: Json | undefined): Json {
  const [first = "", ...others] = texts;
  const types = typesOf(schema);
  const single = typedText(first, schema);
  if (others.length === 0 && (types.size > 1 || !types.has("array") || isJsonArray(single))) return single;
  const element = isJsonObject(schema) ? schema["items"] : undefined;
  return texts.map((text) => typedText(text, element));
}

/** The types that a value may have; without any in the schema it may be all of them. */
function typesOf(schema: Json | undefined): ReadonlySet<string> {
  if (!isJsonObject(schema)) return ANY;
  const { type, const: only, enum: some, anyOf, oneOf } = schema;
  if (typeof type === "string") return new Set(type === "integer" ? ["number"] : [type]);
  if (only !== undefined) return new Set([typeOf(only)]);
  if (isJsonArray(some)) return new Set(some.map(typeOf));
  const either = isJsonArray(anyOf) ? anyOf : isJsonArray(oneOf) ? oneOf : undefined;
  return either === undefined ? ANY : new Set(either.flatMap((one) => [...typesOf(one)]));
}

const ANY: ReadonlySet<string> = new Set(["string", "number", "boolean", "null", "object", "array"]);

function typeOf(value: Json): string {
  if (value === null) return "null";
  return isJsonArray(value) ? "array" : typeof value;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
