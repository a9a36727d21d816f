import { PGlite } from "@electric-sql/pglite";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "../../src/base/json.ts";
import { TENANT } from "./configuration.ts";

/** What a statement gave: its rows as texts, and what it left of the tenant's own rows; or the error it ended with. */
export interface Outcome {
  readonly columns?: readonly string[];
  readonly rows?: readonly string[];
  readonly changed?: number;
  readonly own?: readonly string[];
  readonly error?: string;
}

/** PostgreSQL with the rows of three tenants, where each statement is rolled back. */
export interface TenantDatabase extends AsyncDisposable {
  /** Runs a statement among the rows of all tenants. */
  amongAll(text: string, values: readonly Json[]): Promise<Outcome & { readonly foreign: string }>;
  /** Runs a statement where only the tenant's rows are. */
  alone(text: string, values: readonly Json[]): Promise<Outcome>;
  /** A digest of all that does not belong to the tenant. */
  foreign(): Promise<string>;
  readonly engine: PGlite;
}

const TENANT_COLUMNS = Object.entries({
  order_lines: "tenant_id",
  payments: "account",
  orders: "tenant_id",
  customers: "tenant_id",
  documents: "tenant_id",
  events: "tenant_id",
  raw_visits: "owner",
});

const rowsOf = (table: string, condition: string): string =>
  `SELECT '${table} ' || to_jsonb(t)::text AS r FROM ${table} t WHERE ${condition}`;
const OWN_ROWS = TENANT_COLUMNS.map(([table, column]) => rowsOf(table, `${column} = '${TENANT}'`)).join(" UNION ALL ");
const FOREIGN_ROWS = [
  ...TENANT_COLUMNS.map(([table, column]) => rowsOf(table, `${column} <> '${TENANT}'`)),
  ...["countries", "api_keys", "private.ledger"].map((table) => rowsOf(table, "true")),
].join(" UNION ALL ");
/** Where there is but one tenant, nobody has to name it. */
const LEAVE_ALONE = TENANT_COLUMNS.map(
  ([table, column]) => `DELETE FROM ${table} WHERE ${column} <> '${TENANT}'; ALTER TABLE ${table} ALTER ${column} SET DEFAULT '${TENANT}';`,
).join("\n");

/** Starts a database in memory, which takes seconds: one for each file of tests. */
export async function openTenantDatabase(): Promise<TenantDatabase> {
  const engine = new PGlite();
  await engine.exec(await readFile(join(import.meta.dirname, "schema.sql"), "utf8"));
  const rolledBack = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await engine.exec("BEGIN");
    try {
      return await work();
    } finally {
      await engine.exec("ROLLBACK");
    }
  };
  const texts = async (query: string): Promise<readonly string[]> => (await engine.query<{ r: string }>(query)).rows.map(({ r }) => r);
  const digest = async (): Promise<string> =>
    (await texts(`SELECT md5(string_agg(r, ' ' ORDER BY r)) AS r FROM (${FOREIGN_ROWS}) AS x`))[0] ?? "";
  const run = async (text: string, values: readonly Json[]): Promise<Outcome> => {
    try {
      const { rows, fields, affectedRows } = await engine.query<Record<string, unknown>>(text, [...values], { rowMode: "array" });
      const found = rows.map((row) => JSON.stringify(row));
      return {
        columns: fields.map(({ name }) => name),
        rows: isSorted(text) ? found : found.sort(),
        changed: affectedRows ?? 0,
        own: await texts(`${OWN_ROWS} ORDER BY 1`),
      };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { error: `${"code" in error ? String(error.code) : ""} ${error.message}` };
    }
  };
  return {
    engine,
    foreign: digest,
    amongAll: async (text, values) =>
      await rolledBack(async () => {
        const outcome = await run(text, values);
        return { ...outcome, foreign: outcome.error === undefined ? await digest() : "rolled back" };
      }),
    alone: async (text, values) =>
      await rolledBack(async () => {
        await engine.exec(LEAVE_ALONE);
        return await run(text, values);
      }),
    [Symbol.asyncDispose]: async () => await engine.close(),
  };
}

/** Without an order at the end the rows may come in any. */
function isSorted(text: string): boolean {
  return /ORDER BY[^()]*(?:\([^()]*\)[^()]*)*$/i.test(text);
}
