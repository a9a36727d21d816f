import { Refusal } from "../work/refusal.ts";
import { type ChosenColumns, chooseColumns, type Column, type ColumnNames } from "./columns.ts";
import type { LockedDatabase } from "./locked-database.ts";
import { literal } from "./sql-text.ts";

/** A table in a file that only the server has named. */
export interface SourceFile {
  readonly path: string;
  readonly format: "parquet" | "csv";
  /** Which columns mean what, where the caller has said so. */
  readonly columns: Partial<ColumnNames>;
}

const COLUMNS_MAX = 200;
const ROWS_MAX = 50_000_000;

/** Where a Parquet file of ours says which columns mean what. */
export const COLUMNS_KEY = "tutti_columns";

/** The words of SQL that read it. Of CSV every column is text, so that an id such as 007 stays what it is. */
export function reading({ path, format }: SourceFile): string {
  return format === "parquet" ? `read_parquet(${literal(path)})` : `read_csv(${literal(path)}, header = true, all_varchar = true)`;
}

export interface Described {
  readonly columns: readonly Column[];
  readonly chosen: ChosenColumns;
  readonly rows: number;
}

/** @throws Refusal - it cannot be read, is too big, or has not the columns that it should have */
export async function describe(database: LockedDatabase, file: SourceFile): Promise<Described> {
  const columns = (await database.rows(`DESCRIBE SELECT * FROM ${reading(file)}`)).map((row): Column => ({
    name: String(row["column_name"]),
    type: String(row["column_type"]),
  }));
  if (columns.length > COLUMNS_MAX) throw new Refusal(`the file has ${columns.length} columns; ${COLUMNS_MAX} are the most`);
  // SQL ends at a NUL.
  if (columns.some(({ name }) => name.includes("\0"))) throw new Refusal("the file has a column with a NUL in its name");
  const marked = file.format === "parquet" ? await markedColumns(database, file, columns) : {};
  const chosen = chooseColumns(columns, { ...marked, ...file.columns });
  const [count] = await database.rows(`SELECT count(*)::DOUBLE AS count FROM ${reading(file)}`);
  const rows = Number(count?.["count"]);
  if (rows > ROWS_MAX) throw new Refusal(`the file has ${rows} rows; ${ROWS_MAX} are the most`);
  return { columns, chosen, rows };
}

async function markedColumns(database: LockedDatabase, file: SourceFile, columns: readonly Column[]): Promise<Partial<ColumnNames>> {
  const [row] = await database.rows(
    `SELECT decode(value) AS value FROM parquet_kv_metadata(${literal(file.path)}) WHERE decode(key) = '${COLUMNS_KEY}' LIMIT 1`,
  );
  if (row === undefined) return {};
  const marked = parsed(String(row["value"]));
  const there = new Set(columns.map(({ name }) => name));
  return Object.fromEntries(
    ["user", "item", "value", "time"].flatMap((role) => {
      const name = marked[role];
      return typeof name === "string" && there.has(name) ? [[role, name]] : [];
    }),
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // Somebody else's mark: the names of the columns have to do.
    return {};
  }
}
