import type { SQLOutputValue, StatementSync } from "node:sqlite";
import type { Json } from "tutti/server";
import { distinctNames } from "../distinct-names.ts";
import { Refusal } from "./refusal.ts";

export interface ResultRows {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, Json>>[];
  readonly truncated: boolean;
}

/** What all rows of an answer may have together, as JSON: an answer travels in one message. */
const RESULT_BYTES_MAX = 768 * 1_024;

/** Runs a statement, and takes of its rows what may be given away. */
export function resultRows(statement: StatementSync, values: Parameters<StatementSync["all"]>, rowsMax: number): ResultRows {
  const columns = distinctNames(statement.columns().map(({ name }) => name));
  if (columns.length === 0) {
    statement.run(...values);
    return { columns, rows: [], truncated: false };
  }
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  const rows: Readonly<Record<string, Json>>[] = [];
  let bytes = 0;
  // As arrays, because rows as objects lose a column when two have the same name.
  for (const values_ of statement.iterate(...values) as Iterable<unknown> as Iterable<readonly SQLOutputValue[]>) {
    const row = Object.fromEntries(columns.map((column, index) => [column, jsonValue(values_[index] ?? null)]));
    bytes += Buffer.byteLength(JSON.stringify(row));
    if (rows.length === 0 && bytes > RESULT_BYTES_MAX) throw tooLarge();
    if (rows.length >= rowsMax || bytes > RESULT_BYTES_MAX) return { columns, rows, truncated: true };
    rows.push(row);
  }
  return { columns, rows, truncated: false };
}

/** Nobody who asks for the next page would ever come past it. */
function tooLarge(): Refusal {
  return new Refusal(`one row alone has more than ${RESULT_BYTES_MAX} bytes: take fewer columns, or parts of them with substr()`);
}

/** Whole numbers that JSON cannot hold exactly come as text, and bytes in Base64. */
function jsonValue(value: SQLOutputValue): Json {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value;
}
