import type { OpenServer } from "../kit/serve-reference-server.ts";
import { referenceServer } from "../kit/reference-server.ts";
import { type Environment, numberSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import { openState, type State } from "../kit/state/state.ts";
import type { DatabaseEngine } from "./database-engine.ts";
import { openPostgresEngine } from "./postgres/postgres-engine.ts";
import { sqliteEngine } from "./sqlite/sqlite-engine.ts";
import { executeQuery } from "./tools/execute-query.ts";
import { getDatabaseStats } from "./tools/get-database-stats.ts";
import { getQueryPlan } from "./tools/get-query-plan.ts";
import { getTableSchema } from "./tools/get-table-schema.ts";
import { listTables } from "./tools/list-tables.ts";
import { validateQuery } from "./tools/validate-query.ts";

/** SQL for every tenant: a SQLite file for each, or one PostgreSQL database in which each sees its own rows. */
export async function openDatabase(environment: Environment): Promise<OpenServer> {
  const engine = await openEngine(environment);
  const state = noMemory();
  const server = referenceServer({
    name: "database",
    instructions:
      "Tables of the tenant, for SQL: articles, popular_articles, cached_news, users, products, orders, analytics, and those that were made since. One statement in a call; values belong into params, never into the text.",
    state,
    tools: [
      executeQuery(engine),
      listTables(engine),
      getTableSchema(engine),
      validateQuery(engine),
      getQueryPlan(engine),
      getDatabaseStats(engine),
    ],
    status: async () => {
      const { healthy, facts } = await engine.status();
      return { status: healthy ? "healthy" : "unhealthy", facts };
    },
  });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}

async function openEngine(environment: Environment): Promise<DatabaseEngine> {
  const statementTimeoutMs = numberSetting(environment, "STATEMENT_TIMEOUT_MS", { fallback: 10_000, min: 50, max: 600_000 });
  const url = textSetting(environment, "DATABASE_URL");
  if (url !== undefined) {
    return await openPostgresEngine({
      url,
      adminUrl: textSetting(environment, "DATABASE_ADMIN_URL"),
      tablesFile: textSetting(environment, "TABLES_FILE"),
      connectionsMax: numberSetting(environment, "CONNECTIONS_MAX", { fallback: 8, min: 1, max: 100 }),
      statementTimeoutMs,
    });
  }
  return sqliteEngine({
    stateDirectory: stateDirectory("database", environment),
    statementTimeoutMs,
    processesMax: numberSetting(environment, "OPEN_TENANTS_MAX", { fallback: 16, min: 1, max: 256 }),
    megabytesMax: numberSetting(environment, "MEGABYTES_MAX", { fallback: 256, min: 1, max: 100_000 }),
    waitingMax: 200,
  });
}

/**
 * What was answered is remembered by the engine, beside the rows of the tenant and in the transaction that changes them; a
 * second memory here could only come too late.
 */
function noMemory(): State {
  const state = openState({ path: ":memory:", schema: [] });
  return { ...state, known: () => undefined, remember: () => undefined };
}
