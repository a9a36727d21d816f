import { LRUCache } from "lru-cache";
import type { Pool, PoolClient } from "pg";
import type { EngineCall } from "../database-engine.ts";
import { type SampleRows, sampleRows } from "../sample/sample-rows.ts";
import { SAMPLE_TABLES } from "../sample/sample-tables.ts";
import { inTransaction } from "./scoped-statement.ts";

/** Gives each tenant that comes for the first time its sample rows, once. */
export function tenantFilling(pool: Pool): (call: EngineCall) => Promise<void> {
  const known = new LRUCache<string, true>({ max: 10_000 });
  return async ({ tenant, signal }) => {
    if (known.has(tenant)) return;
    await inTransaction(pool, signal, async (client) => {
      await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
      // Of two servers that come at once the second waits here, and then finds the row.
      const made = await client.query("INSERT INTO public.tutti_tenants (tenant_id) VALUES ($1) ON CONFLICT (tenant_id) DO NOTHING", [
        tenant,
      ]);
      if (made.rowCount === 1) for (const rows of sampleRows()) await insertRows(client, tenant, rows);
    });
    known.set(tenant, true);
  };
}

async function insertRows(client: PoolClient, tenant: string, { table, columns, rows }: SampleRows): Promise<void> {
  const types = columns.map((column) => `${column} ${typeOf(table, column)}`);
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
  await client.query(
    `INSERT INTO public.${table} (tenant_id, ${columns.join(", ")}) SELECT $1, ${columns.map((column) => `r.${column}`).join(", ")} FROM json_to_recordset($2::json) AS r (${types.join(", ")})`,
    [tenant, JSON.stringify(objects)],
  );
}

const TYPES = { key: "bigint", integer: "bigint", real: "double precision", text: "text", time: "timestamptz" };

function typeOf(table: string, column: string): string {
  const found = SAMPLE_TABLES.find(({ name }) => name === table)?.columns.find(({ name }) => name === column);
  return TYPES[found?.type ?? "text"];
}
