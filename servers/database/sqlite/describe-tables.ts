import type { SQLOutputValue } from "node:sqlite";
import type { DatabaseStats, ForeignKey, ListedTable, TableColumn, TableIndex, TableSchema } from "../database-engine.ts";
import { Refusal } from "./refusal.ts";
import { RESERVED_PREFIX } from "./statement-guard.ts";
import type { GuardedHandle, TenantFile } from "./tenant-file.ts";

const NAMES_CHARACTERS_MAX = 1_000;

type Row = Readonly<Record<string, SQLOutputValue>>;

/** Tables that are told of; a tenant can make more, and can read those by a query. */
const TABLES_MAX = 500;

export function listTables({ read }: TenantFile): readonly ListedTable[] {
  const rows = owned(
    read,
    `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
     AND name NOT LIKE '${RESERVED_PREFIX.replace("_", "\\_")}%' ESCAPE '\\' ORDER BY name LIMIT ${TABLES_MAX}`,
  );
  return rows.map(({ name, type }) => ({ name: String(name), type: typeOf(type), columns: countColumns(read, String(name)) }));
}

/** The list itself counts those of a view only after its first use, and hidden ones. A view of what is not there has none. */
function countColumns(read: GuardedHandle, table: string): number {
  try {
    return Number(owned(read, "SELECT count(*) AS n FROM pragma_table_xinfo(?) WHERE hidden <> 1", table)[0]?.["n"]);
  } catch {
    return 0;
  }
}

export function tableSchema(file: TenantFile, asked: string): TableSchema {
  const tables = listTables(file);
  const table = tables.find(({ name }) => name.toLowerCase() === asked.toLowerCase());
  if (table === undefined)
    throw new Refusal(`there is no table "${asked.slice(0, 100)}"; there are ${namesOf(tables).slice(0, NAMES_CHARACTERS_MAX) || "none"}`);
  const { read } = file;
  const [made] = owned(read, "SELECT sql FROM sqlite_master WHERE name = ? AND type IN ('table', 'view')", table.name);
  const columns = owned(read, "SELECT * FROM pragma_table_xinfo(?) WHERE hidden <> 1", table.name);
  const key = columns.filter(({ pk }) => Number(pk) > 0).toSorted((one, other) => Number(one["pk"]) - Number(other["pk"]));
  return {
    table_name: table.name,
    type: table.type,
    columns: columns.map((column) => describeColumn(column, String(made?.["sql"] ?? ""))),
    primary_key: key.map(({ name }) => String(name)),
    foreign_keys: foreignKeys(read, table.name),
    indexes: indexes(read, table.name),
    row_count: countRows(read, table.name),
  };
}

function namesOf(tables: readonly ListedTable[]): string {
  return tables.map(({ name }) => name).join(", ");
}

/** What SQLite itself counts: its pages, and for each table those of the table and of its indexes. */
export function databaseStats(file: TenantFile): DatabaseStats {
  const { read } = file;
  const [page = {}] = owned(
    read,
    `SELECT page_count, page_size, freelist_count, sqlite_version() AS version,
     (SELECT count(*) FROM sqlite_master WHERE type = 'index') AS indexes FROM pragma_page_count, pragma_page_size, pragma_freelist_count`,
  );
  const sizes = owned(
    read,
    "SELECT m.tbl_name AS name, sum(s.pgsize) AS bytes FROM dbstat s JOIN sqlite_master m ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY 1",
  );
  const bytes = new Map(sizes.map(({ name, bytes: size }) => [String(name), Number(size)]));
  const tables = listTables(file).filter(({ type }) => type === "table");
  return {
    engine: "SQLite",
    version: String(page["version"]),
    size_bytes: Number(page["page_count"]) * Number(page["page_size"]),
    tables: tables.map(({ name }) => ({ name, rows: countRows(read, name), bytes: bytes.get(name) ?? 0 })),
    facts: {
      page_count: Number(page["page_count"]),
      page_size: Number(page["page_size"]),
      free_pages: Number(page["freelist_count"]),
      indexes: Number(page["indexes"]),
      journal_mode: "wal",
      size_bytes_max: file.megabytesMax * 2 ** 20,
    },
  };
}

/** As the tenant: a view may do anything that its owner may. */
export function countRows({ database, guard }: GuardedHandle, table: string): number {
  guard.watch("SELECT");
  return Number(database.prepare(`SELECT count(*) AS count FROM main.${quoted(table)}`).get()?.["count"]);
}

function owned({ database, guard }: GuardedHandle, query: string, ...values: readonly string[]): readonly Row[] {
  return guard.asOwner(() => database.prepare(query).all(...values));
}

function describeColumn({ name, type, notnull, dflt_value: fallback, pk }: Row, made: string): TableColumn {
  const described = descriptionIn(made, String(name));
  return {
    name: String(name),
    type: String(type) === "" ? "ANY" : String(type),
    nullable: Number(notnull) === 0 && Number(pk) === 0,
    ...(fallback === null || fallback === undefined ? {} : { default: String(fallback) }),
    ...(described === undefined ? {} : { description: described }),
  };
}

/** The comment behind a column: SQLite keeps the statement that made a table as it was written. */
function descriptionIn(made: string, column: string): string | undefined {
  for (const line of made.split("\n")) {
    const comment = line.indexOf("--");
    const [first = ""] = line.trim().split(/[\s,]/, 1);
    if (comment > 0 && first.replaceAll(/["`[\]]/g, "") === column)
      return line
        .slice(comment + 2)
        .trim()
        .slice(0, 500);
  }
  return undefined;
}

function foreignKeys(handle: GuardedHandle, table: string): readonly ForeignKey[] {
  const rows = owned(handle, "SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq", table);
  return [...Map.groupBy(rows, ({ id }) => Number(id)).values()].map((parts) => ({
    columns: parts.map(({ from }) => String(from)),
    references_table: String(parts[0]?.["table"]),
    references_columns: parts.flatMap(({ to }) => (to === null ? [] : String(to))),
  }));
}

function indexes(handle: GuardedHandle, table: string): readonly TableIndex[] {
  return owned(handle, 'SELECT name, "unique" AS only FROM pragma_index_list(?) ORDER BY name', table).map(({ name, only }) => ({
    name: String(name),
    unique: Number(only) === 1,
    columns: owned(handle, "SELECT name FROM pragma_index_info(?) ORDER BY seqno", String(name)).map((part) =>
      String(part["name"] ?? "(expression)"),
    ),
  }));
}

function typeOf(type: unknown): ListedTable["type"] {
  return type === "view" || type === "virtual" ? type : "table";
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
