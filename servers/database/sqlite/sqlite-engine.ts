import { join } from "node:path";
import type { DatabaseEngine } from "../database-engine.ts";
import { type PoolSettings, workerPool } from "./worker-pool.ts";

export interface SqliteEngineSettings extends Omit<PoolSettings, "directory"> {
  readonly stateDirectory: string;
}

/** Each tenant has a file of its own, and statements of it run in a process of its own. */
export function sqliteEngine({ stateDirectory, ...limits }: SqliteEngineSettings): DatabaseEngine {
  const pool = workerPool({ ...limits, directory: join(stateDirectory, "tenants") });
  return {
    kind: "sqlite",
    execute: async (call, statement) =>
      await pool.with(call, async (worker) => await worker.ask({ kind: "execute", ...statement }, call.signal)),
    listTables: async (call) => await pool.with(call, async (worker) => await worker.ask({ kind: "list-tables" }, call.signal)),
    tableSchema: async (call, table) =>
      await pool.with(call, async (worker) => await worker.ask({ kind: "table-schema", table }, call.signal)),
    validate: async (call, query) => await pool.with(call, async (worker) => await worker.ask({ kind: "validate", query }, call.signal)),
    plan: async (call, { query }) => await pool.with(call, async (worker) => await worker.ask({ kind: "plan", query }, call.signal)),
    stats: async (call) => await pool.with(call, async (worker) => await worker.ask({ kind: "stats" }, call.signal)),
    status: async () => ({
      healthy: true,
      facts: {
        engine: "sqlite",
        open_tenants: pool.open,
        open_tenants_max: limits.processesMax,
        statement_timeout_ms: limits.statementTimeoutMs,
        megabytes_max_per_tenant: limits.megabytesMax,
      },
    }),
    [Symbol.asyncDispose]: async () => await pool[Symbol.asyncDispose](),
  };
}
