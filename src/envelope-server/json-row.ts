import type { Json, JsonObject } from "../base/json.ts";

/**
 * A row as JSON: moments in ISO 8601, whole numbers beyond 2^53 and decimals as text, bytes in Base64. Numbers that JSON
 * does not have (`NaN`, `Infinity`) are text as well.
 */
export function jsonRow(row: object): JsonObject {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, jsonValue(value)]));
}

function jsonValue(value: unknown): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return String(value);
    case "object":
      return value === null ? null : jsonObject(value);
    default:
      return null;
  }
}

function jsonObject(value: object): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return Array.isArray(value) ? value.map(jsonValue) : jsonRow(value);
}
