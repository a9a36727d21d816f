import type { Json, JsonObject } from "./json.ts";
import { isJsonArray } from "./json.ts";

/**
 * Reads values as a person types them: as JSON where they are JSON, unless text is wanted there.
 *
 * `count=3` is a number, `name=3` is text when `name` is declared as a string, `tags=["a"]` is a list, `who=Ada` is text.
 *
 * @param schemaOf - the JSON Schema of a value by its name, if there is one
 */
export function readTypedValues(typed: Readonly<Record<string, string>>, schemaOf: (name: string) => JsonObject | undefined): JsonObject {
  return Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, wantsText(schemaOf(name), text) ? text : readValue(text)]));
}

function wantsText(schema: JsonObject | undefined, text: string): boolean {
  const type = schema?.["type"];
  const words = isJsonArray(schema?.["enum"]) ? schema["enum"] : [schema?.["const"] ?? null];
  return type === "string" || (isJsonArray(type) && type.includes("string")) || words.includes(text);
}

function readValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
