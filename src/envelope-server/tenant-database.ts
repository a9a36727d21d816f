import type { Ms } from "../base/duration.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { type ScopedStatement, scopeStatement } from "../tenant-sql/scope-statement.ts";
import { toldByDatabase } from "./database-refusal.ts";
import { jsonRow } from "./json-row.ts";
import { ToolError } from "./tool-error.ts";

/** A PostgreSQL database. PGlite is one as it is; docs/servers.md shows the few lines for a pool of node-postgres. */
export interface Database {
  /** Commits when the work resolves, and rolls back when it rejects. */
  transaction<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
}

export interface DatabaseTransaction {
  query(text: string, values?: unknown[]): Promise<DatabaseResult>;
}

/** What node-postgres and PGlite give; the number of rows that a statement has changed has another name in each. */
export interface DatabaseResult {
  readonly rows: readonly object[];
  readonly rowCount?: number | null;
  readonly affectedRows?: number;
}

/** How a database is used for its tenants. */
export interface TenantDatabaseOptions {
  readonly database: Database;
  /** The tables that may be used, and which column says whose a row is. */
  readonly config: DatabaseInjectorConfig;
  /** A statement that gives more is refused. Default 1,000. */
  readonly rowsMax?: number;
  /** For one statement. Default 10 s. */
  readonly statementTimeoutMs?: Ms;
}

/** A statement as the caller wrote it. */
export interface Statement {
  readonly query: string;
  readonly params: readonly Json[];
}

export type StatementKind = ScopedStatement["kind"];

export interface StatementResult {
  readonly rows: readonly JsonObject[];
  /** Rows that a statement has changed; 0 for queries. */
  readonly affectedRows: number;
}

const ROWS_MAX = 1_000;
const STATEMENT_TIMEOUT_MS: Ms = 10_000;

/**
 * Runs statements of a tenant in one transaction, in order; all of them or none.
 *
 * There are two walls. Statements are parsed and rewritten so that they see and change nothing but rows of the tenant;
 * and for the transaction `app.tenant_id` is the tenant, for policies of row security that say the same.
 *
 * @param kinds - statements of another kind are refused
 * @throws ToolError - a statement is not allowed, or the database refused it: of what kind, and never in its words
 */
export async function runStatements(
  options: TenantDatabaseOptions,
  tenant: string,
  statements: readonly Statement[],
  kinds: readonly StatementKind[],
): Promise<readonly StatementResult[]> {
  const { database, config, rowsMax = ROWS_MAX, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  try {
    const scoped: ScopedStatement[] = [];
    // All of them before the first is run: one that is not allowed leaves nothing to be rolled back.
    for (const { query, params } of statements) scoped.push(await scopeStatement(query, params, { tenant, config }));
    const other = scoped.find(({ kind }) => !kinds.includes(kind));
    if (other !== undefined) throw new ToolError(`this tool takes ${kinds.join(", ")}, and this is ${other.kind}`, { type: "Validation" });
    const readOnly = scoped.every(({ kind }) => kind === "select");
    return await database.transaction(async (transaction) => {
      await transaction.query(SETTINGS, [tenant, String(statementTimeoutMs), readOnly ? "on" : "off"]);
      const results: StatementResult[] = [];
      for (const statement of scoped) results.push(await runOne(transaction, statement, rowsMax));
      return results;
    });
  } catch (error) {
    throw toldByDatabase(error) ?? error;
  }
}

/** For this transaction only. */
const SETTINGS =
  "SELECT set_config('app.tenant_id', $1, true), set_config('statement_timeout', $2, true), set_config('transaction_read_only', $3, true)";

async function runOne(
  transaction: DatabaseTransaction,
  { text, values, kind }: ScopedStatement,
  rowsMax: number,
): Promise<StatementResult> {
  if (kind !== "select") {
    const { rows, rowCount, affectedRows } = await transaction.query(text, [...values]);
    return { rows: atMost(rows, rowsMax), affectedRows: affectedRows ?? rowCount ?? 0 };
  }
  // Through a cursor, so that no more rows are made and sent than are allowed. The text is one statement, written by the rewriter.
  await transaction.query(`DECLARE tutti_rows NO SCROLL CURSOR FOR ${text}`, [...values]);
  const { rows } = await transaction.query(`FETCH FORWARD ${rowsMax + 1} FROM tutti_rows`);
  await transaction.query("CLOSE tutti_rows");
  return { rows: atMost(rows, rowsMax), affectedRows: 0 };
}

function atMost(rows: readonly object[], rowsMax: number): readonly JsonObject[] {
  if (rows.length <= rowsMax) return rows.map(jsonRow);
  throw new ToolError(`the statement gives more than ${rowsMax} rows; give it a LIMIT, or ask for less`, {
    type: "Validation",
    code: "TOO_MANY_ROWS",
  });
}
