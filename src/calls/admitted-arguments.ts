import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";

/** Whether arguments may have an object under this key, as far as that is certain. */
export function admitsObject(schema: JsonObject, key: string): boolean {
  const { properties, additionalProperties: others = true } = schema;
  if (isJsonObject(properties) && Object.hasOwn(properties, key)) return takesObjects(properties[key]);
  if (NARROWING.some((keyword) => Object.hasOwn(schema, keyword))) return false;
  return others === true || (isJsonObject(others) && Object.keys(others).length === 0);
}

/** Whether the tool knows an argument of this name. */
export function declares({ properties }: JsonObject, key: string): boolean {
  return isJsonObject(properties) && Object.hasOwn(properties, key);
}

/** What can forbid a key that is not among the properties; where one of these stands, only declared keys are sure. */
const NARROWING = [
  "$ref",
  "$dynamicRef",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "dependentSchemas",
  "patternProperties",
  "propertyNames",
  "maxProperties",
  "unevaluatedProperties",
];

function takesObjects(schema: Json | undefined): boolean {
  if (!isJsonObject(schema)) return schema === true;
  const { type } = schema;
  return type === undefined || type === "object" || (isJsonArray(type) && type.includes("object"));
}
