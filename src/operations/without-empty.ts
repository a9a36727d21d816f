import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";

/** Where null or an empty text is a value of its own. */
const VALUES: ReadonlySet<string> = new Set(["value", "output", "with", "parameters", "arguments", "metadata", "for_each"]);

/**
 * A workflow without the keys that are there and say nothing: programs fill in all that is documented, with null or an
 * empty text for what they do not want.
 */
export function withoutEmpty(definition: JsonObject): JsonObject {
  const own = withoutEmptyKeys(definition);
  const lists = ["steps", "finally"].flatMap((key) => (isJsonArray(own[key]) ? [[key, own[key].map(stepWithoutEmpty)] as const] : []));
  return { ...own, ...Object.fromEntries(lists) };
}

function stepWithoutEmpty(step: Json): Json {
  return isJsonObject(step) ? withoutEmptyKeys(step) : step;
}

function withoutEmptyKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => VALUES.has(key) || (value !== null && value !== "")));
}
