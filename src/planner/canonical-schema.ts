import { canonicalJson, isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";

/**
 * The same schema, written in one way: keys and those lists whose order means nothing are sorted. Servers make them from
 * sets, and would seem to change with every start.
 */
export function canonicalSchema(schema: JsonObject): JsonObject {
  return sortedObject(schema, canonicalKeyword);
}

/** Their members are schemas. */
export const SCHEMA_MAPS: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);

/** They are schemas themselves. */
export const SCHEMA_KEYWORDS: ReadonlySet<string> = new Set([
  "items",
  "additionalItems",
  "contains",
  "additionalProperties",
  "propertyNames",
  "unevaluatedItems",
  "unevaluatedProperties",
  "not",
  "if",
  "then",
  "else",
]);

/** They are lists of schemas. */
export const SCHEMA_LISTS: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);

const SETS: ReadonlySet<string> = new Set(["required", "type", "enum"]);

function canonicalKeyword(keyword: string, value: Json): Json {
  if (SCHEMA_MAPS.has(keyword) && isJsonObject(value)) return sortedObject(value, (_, part) => canonicalPart(part));
  if (SCHEMA_LISTS.has(keyword) && isJsonArray(value)) return value.map(canonicalPart);
  // Up to draft 7, "items" may also be a list.
  if (SCHEMA_KEYWORDS.has(keyword)) return isJsonArray(value) ? value.map(canonicalPart) : canonicalPart(value);
  if (keyword === "dependentRequired" && isJsonObject(value)) return sortedObject(value, (_, names) => sortedSet(names));
  return SETS.has(keyword) ? sortedSet(value) : sortedData(value);
}

function canonicalPart(part: Json): Json {
  return isJsonObject(part) ? canonicalSchema(part) : sortedData(part);
}

function sortedSet(value: Json): Json {
  if (!isJsonArray(value)) return sortedData(value);
  return value
    .map((member) => ({ member: sortedData(member), text: canonicalJson(member) }))
    .sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
    .map(({ member }) => member);
}

/** The order of lists means something in values. */
function sortedData(value: Json): Json {
  if (isJsonArray(value)) return value.map(sortedData);
  return isJsonObject(value) ? sortedObject(value, (_, part) => sortedData(part)) : value;
}

function sortedObject(value: JsonObject, each: (key: string, part: Json) => Json): JsonObject {
  const members = Object.keys(value)
    .sort()
    .map((key): readonly [string, Json] => [key, each(key, value[key] ?? null)]);
  return Object.fromEntries(members);
}
