import { Client, Pool, types } from "pg";
import { ToolError } from "tutti/server";
import type { DatabaseEngine } from "../database-engine.ts";
import { readSql } from "../sql-text.ts";
import { describeTable, listPostgresTables, postgresStats } from "./describe-postgres.ts";
import { executePostgres } from "./execute-postgres.ts";
import { tenantFilling } from "./fill-tenant.ts";
import { positionalStatement } from "./named-parameters.ts";
import { planPostgres } from "./plan-postgres.ts";
import { postgresTables, setupStatements } from "./postgres-tables.ts";
import { connectionLost } from "./scoped-statement.ts";

export interface PostgresSettings {
  /** Of a role that owns no table and is no superuser. */
  readonly url: string;
  /** Of the owner, who makes the tables and policies at each start. Without it they are taken to be there. */
  readonly adminUrl: string | undefined;
  /** Names the tables, when they are not the sample tables. */
  readonly tablesFile: string | undefined;
  readonly connectionsMax: number;
  readonly statementTimeoutMs: number;
}

/** All tenants in one database: statements are rewritten by Tutti so that each sees its own rows, and row security says the same. */
export async function openPostgresEngine(settings: PostgresSettings): Promise<DatabaseEngine> {
  const tables = postgresTables(settings.tablesFile);
  if (settings.adminUrl !== undefined) await setUp(settings.adminUrl, setupStatements(tables, roleOf(settings.url)));
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.connectionsMax,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser },
  });
  // A connection that rests in the pool may be lost at any time; the next call takes another one.
  pool.on("error", () => undefined);
  const confined = { pool, config: tables.config, statementTimeoutMs: settings.statementTimeoutMs };
  const filling = tables.sample ? tenantFilling(pool) : async () => undefined;
  const ready = async <T>(call: { readonly tenant: string; readonly signal: AbortSignal }, work: () => Promise<T>): Promise<T> => {
    try {
      await filling(call);
      return await work();
    } catch (error) {
      throw connectionLost(error) ?? error;
    }
  };
  return {
    kind: "postgresql",
    execute: async (call, statement) => await ready(call, async () => await executePostgres(confined, call, statement)),
    listTables: async (call) => await ready(call, async () => await listPostgresTables(confined)),
    tableSchema: async (call, table) => await ready(call, async () => await describeTable(confined, call, table)),
    plan: async (call, { query, params }) =>
      await ready(call, async () => await planPostgres(confined, call, positionalStatement(query, params))),
    validate: async (call, query) =>
      await ready(call, async () => {
        const kind = readSql(query).keyword.toLowerCase() || "unknown";
        try {
          await planPostgres(confined, call, withoutValues(query));
          return { valid: true, kind };
        } catch (error) {
          if (!(error instanceof ToolError) || !["Validation", "Security"].includes(error.error.type)) throw error;
          return { valid: false, problem: error.message, kind };
        }
      }),
    stats: async (call) => await ready(call, async () => await postgresStats(confined, call)),
    status: async () => {
      const facts = {
        engine: "postgresql",
        connections: pool.totalCount,
        connections_max: settings.connectionsMax,
        waiting: pool.waitingCount,
      };
      const healthy = await pool.query("SELECT 1").then(
        () => true,
        () => false,
      );
      return { healthy, facts };
    },
    [Symbol.asyncDispose]: async () => await pool.end(),
  };
}

async function setUp(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("BEGIN");
    // Two servers that start at once would make the same policies.
    await client.query("SELECT pg_advisory_xact_lock(7_386_003)");
    for (const statement of statements) await client.query(statement);
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

function roleOf(url: string): string {
  const { username } = new URL(url);
  if (username === "") throw new Error("DATABASE_URL names no user: postgres://USER:PASSWORD@HOST/DATABASE is wanted");
  return decodeURIComponent(username);
}

/** For a look at a statement whose values are not known. */
function withoutValues(query: string): ReturnType<typeof positionalStatement> {
  const names = readSql(query).parameters.map(({ text }) => text);
  const numbers = names.filter((text) => /^\$\d+$/.test(text)).map((text) => Number(text.slice(1)));
  const named = names.filter((text) => text.startsWith(":")).map((text): [string, null] => [text.slice(1), null]);
  if (named.length > 0) return positionalStatement(query, Object.fromEntries(named));
  return { query, params: Array.from({ length: Math.min(1_000, Math.max(0, ...numbers)) }, () => null) };
}

const INT8 = 20;
const TEXT_LIST = 1009;
const DATE = 1082;
const TIMESTAMP = 1114;
const LISTS_OF_BOTH = [1182, 1115];

/**
 * Whole numbers are numbers where JSON holds them exactly. Days, and times without a zone, stay what they are: as moments
 * they would be others in every zone that this process may be in.
 */
function getTypeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  if (oid === INT8) return (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
  if (oid === DATE) return (value) => value;
  if (oid === TIMESTAMP) return (value) => value.replace(" ", "T");
  return types.getTypeParser(LISTS_OF_BOTH.includes(oid) ? TEXT_LIST : oid, format) as (value: string) => unknown;
}
