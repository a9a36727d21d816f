import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";

/** A template that gives a value as it stands, however much the texts in it look like expressions. */
export function literalTemplate(value: Json): Json {
  if (typeof value === "string") return literalText(value);
  if (isJsonArray(value)) return value.map(literalTemplate);
  return isJsonObject(value) ? literalMembers(value) : value;
}

/** The same for an object, which stays one. */
export function literalMembers(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, literalTemplate(value)]));
}

/** Of the dollars before `{{`, two stand for one. */
function literalText(text: string): string {
  return text.replaceAll(/\$+(?=\{\{)/g, (dollars) => dollars + dollars);
}
