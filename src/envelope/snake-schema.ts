import * as z from "zod";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { wireName } from "../base/wire-name.ts";

/** The JSON Schema (2020-12) of the wire form of what a schema describes with the names of inside. */
export function snakeSchema(schema: z.ZodType): JsonObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input" });
  return snake(described as Json) as JsonObject;
}

function snake(schema: Json): Json {
  if (isJsonArray(schema)) return schema.map(snake);
  if (!isJsonObject(schema)) return schema;
  return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, keywordValue(keyword, value)]));
}

function keywordValue(keyword: string, value: Json): Json {
  if (keyword === "properties" && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [wireName(key), snake(member)]));
  }
  if (keyword === "required" && isJsonArray(value)) return value.map((key) => (typeof key === "string" ? wireName(key) : key));
  return snake(value);
}
