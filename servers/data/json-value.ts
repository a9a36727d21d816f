import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Json } from "tutti/server";

/**
 * A value as JSON can hold it without losing anything: whole numbers beyond 2^53 and all decimals as text, times in ISO
 * 8601, bytes in Base64, and numbers that are none as "NaN" or "Infinity".
 */
export function jsonValue(value: DuckDBValue): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return composedValue(value);
}

type Composed = Exclude<DuckDBValue, string | number | bigint | boolean | null>;

function composedValue(value: Composed): Json {
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(jsonValue);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([key, part]) => [key, jsonValue(part)]));
  if (value instanceof DuckDBMapValue)
    return value.entries.map(({ key, value: part }) => ({ key: jsonValue(key), value: jsonValue(part) }));
  if (value instanceof DuckDBUnionValue) return { tag: value.tag, value: jsonValue(value.value) };
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("base64");
  if (value instanceof DuckDBDateValue && Math.abs(value.days) >= DAYS_INFINITE) return value.days > 0 ? "infinity" : "-infinity";
  return isTime(value) ? isoTime(value.toString()) : value.toString();
}

const DAYS_INFINITE = 2 ** 31 - 1;

const TIMES = [
  DuckDBTimestampValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
];

function isTime(value: Composed): boolean {
  return TIMES.some((time) => value instanceof time);
}

function isoTime(text: string): string {
  return text.replace(" ", "T").replace(/[+-]00$/, "Z");
}
