import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** A prepared statement whose rows have a type. Parameters are `?`, in order. */
export interface Statement<Row> {
  get(...parameters: SQLInputValue[]): Row | undefined;
  all(...parameters: SQLInputValue[]): Row[];
  iterate(...parameters: SQLInputValue[]): IterableIterator<Row>;
  run(...parameters: SQLInputValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
}

/** Compiles SQL once. `Row` is trusted: all our tables are STRICT, so that SQLite itself checks what is stored in them. */
export function prepare<Row>(database: DatabaseSync, sql: string): Statement<Row> {
  return database.prepare(sql) as unknown as Statement<Row>;
}
