import type { Json, JsonObject } from "./json.ts";
import { isJsonArray, isJsonObject } from "./json.ts";

/**
 * Reads values as a person types them: as JSON where they are JSON, unless text is wanted there.
 *
 * `count=3` is a number, `name=3` is text when `name` is declared as a string, `tags=["a"]` is a list, `who=Ada` is text.
 *
 * @param schemas - JSON Schemas by name, as the `properties` of an object schema; what is no schema says nothing
 */
export function readTypedValues(typed: Readonly<Record<string, string>>, schemas?: Json): JsonObject {
  const known = isJsonObject(schemas) ? schemas : {};
  const schemaOf = (name: string): Json | undefined => (Object.hasOwn(known, name) ? known[name] : undefined);
  return Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, wantsText(schemaOf(name), text) ? text : readValue(text)]));
}

function wantsText(schema: Json | undefined, text: string): boolean {
  if (!isJsonObject(schema)) return false;
  const { type, enum: some, const: only = null } = schema;
  const words = isJsonArray(some) ? some : [only];
  return type === "string" || (isJsonArray(type) && type.includes("string")) || words.includes(text);
}

function readValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
