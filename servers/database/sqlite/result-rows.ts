import type { SQLOutputValue, StatementSync } from "node:sqlite";
import type { Json } from "tutti/server";

export interface ResultRows {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, Json>>[];
  readonly truncated: boolean;
}

/** What all rows of an answer may have together, as JSON: an answer travels in one message. */
const RESULT_BYTES_MAX = 768 * 1_024;

/** Runs a statement, and takes of its rows what may be given away. */
export function resultRows(statement: StatementSync, values: Parameters<StatementSync["all"]>, rowsMax: number): ResultRows {
  const columns = distinct(statement.columns().map(({ name }) => name));
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
    if (rows.length >= rowsMax || bytes > RESULT_BYTES_MAX) return { columns, rows, truncated: true };
    rows.push(row);
  }
  return { columns, rows, truncated: false };
}

/** Columns of one name are told apart: `id`, `id:2`. */
function distinct(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    const own = name === "__proto__" ? "__proto__:1" : name;
    return nth === 1 ? own : `${name}:${nth}`;
  });
}

/** Whole numbers that JSON cannot hold exactly come as text, and bytes in Base64. */
function jsonValue(value: SQLOutputValue): Json {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value;
}
