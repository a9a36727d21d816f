import type { PoolClient } from "pg";
import { refuse } from "../../kit/reference-server.ts";
import type { DatabaseStats, EngineCall, ForeignKey, ListedTable, TableIndex, TableSchema } from "../database-engine.ts";
import { type Confined, inTransaction } from "./scoped-statement.ts";

export async function listPostgresTables({ config }: Confined): Promise<readonly ListedTable[]> {
  const tables = Object.entries(config.tables).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return tables.map(([name, { columns }]) => ({ name, type: "table", columns: columns.length }));
}

/** Only of tables that are listed, and of those the structure, which all tenants share. */
export async function describeTable(confined: Confined, call: EngineCall, table: string): Promise<TableSchema> {
  const { config, pool } = confined;
  if (!Object.hasOwn(config.tables, table)) {
    throw refuse(`there is no table "${table.slice(0, 100)}"; there are ${Object.keys(config.tables).join(", ")}`);
  }
  return await inTransaction(pool, call.signal, async (client) => {
    const columns = await client.query<ColumnRow>(COLUMNS, [table]);
    const keys = await client.query<KeyRow>(KEYS, [table]);
    const indexes = await client.query<TableIndex>(INDEXES, [table]);
    return {
      table_name: table,
      type: "table",
      columns: columns.rows.map(({ name, type, nullable, fallback, description }) => ({
        name,
        type,
        nullable,
        ...(fallback === null ? {} : { default: fallback }),
        ...(description === null ? {} : { description }),
      })),
      primary_key: keys.rows.find(({ kind }) => kind === "p")?.columns ?? [],
      foreign_keys: keys.rows.flatMap(foreignKey),
      indexes: indexes.rows,
      row_count: await countRows(client, confined, call.tenant, table),
    };
  });
}

export async function postgresStats(confined: Confined, call: EngineCall): Promise<DatabaseStats> {
  return await inTransaction(confined.pool, call.signal, async (client) => {
    const names = Object.keys(confined.config.tables);
    const sizes = await client.query<{ readonly name: string; readonly bytes: number }>(
      "SELECT name, pg_total_relation_size(format('public.%I', name)::regclass) AS bytes FROM unnest($1::text[]) AS name",
      [names],
    );
    const { rows } = await client.query<{ readonly version: string }>("SELECT current_setting('server_version') AS version");
    const tables = [];
    for (const { name, bytes } of sizes.rows) tables.push({ name, rows: await countRows(client, confined, call.tenant, name), bytes });
    return {
      engine: "PostgreSQL",
      version: rows[0]?.version ?? "",
      size_bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
      tables,
      facts: { tables: tables.length },
    };
  });
}

async function countRows(client: PoolClient, { config }: Confined, tenant: string, table: string): Promise<number> {
  await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
  const described = config.tables[table];
  const column = described?.kind === "tenant" ? (described.tenantColumn ?? config.tenantColumn ?? "tenant_id") : undefined;
  const where = column === undefined ? "" : ` WHERE ${quoted(column)}::text = $1`;
  const { rows } = await client.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM public.${quoted(table)}${where}`,
    column === undefined ? [] : [tenant],
  );
  return rows[0]?.count ?? 0;
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly fallback: string | null;
  readonly description: string | null;
}

interface KeyRow {
  readonly kind: "p" | "f";
  readonly columns: readonly string[];
  readonly table: string | null;
  readonly others: readonly string[] | null;
}

function foreignKey({ kind, columns, table, others }: KeyRow): readonly ForeignKey[] {
  if (kind !== "f") return [];
  return [{ columns, references_table: table ?? "", references_columns: others ?? [] }];
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const COLUMNS = `SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
  pg_get_expr(d.adbin, d.adrelid) AS fallback, col_description(a.attrelid, a.attnum) AS description
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = format('public.%I', $1::text)::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

const KEYS = `SELECT c.contype::text AS kind,
  ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (n, i) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.i) AS columns,
  (SELECT r.relname::text FROM pg_class r WHERE r.oid = c.confrelid) AS "table",
  ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k (n, i) JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.i) AS others
  FROM pg_constraint c WHERE c.conrelid = format('public.%I', $1::text)::regclass AND c.contype IN ('p', 'f') ORDER BY c.conname`;

const INDEXES = `SELECT r.relname::text AS name, x.indisunique AS unique,
  ARRAY(SELECT coalesce(a.attname::text, '(expression)') FROM unnest(x.indkey) WITH ORDINALITY k (n, i) LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.n ORDER BY k.i) AS columns
  FROM pg_index x JOIN pg_class r ON r.oid = x.indexrelid WHERE x.indrelid = format('public.%I', $1::text)::regclass ORDER BY 1`;
