import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import { sampleRows } from "../sample/sample-rows.ts";
import { sqliteSampleSchema } from "../sample/sqlite-schema.ts";
import { type StatementGuard, statementGuard } from "./statement-guard.ts";
import type { WorkerSettings } from "./worker-message.ts";

/** The SQLite file of one tenant, open twice: statements that only read never see the handle that can write. */
export interface TenantFile extends Disposable {
  readonly read: GuardedHandle;
  readonly write: GuardedHandle;
  readonly megabytesMax: number;
}

export interface GuardedHandle {
  readonly database: DatabaseSync;
  readonly guard: StatementGuard;
}

/** Longer values are refused by SQLite itself, and so are longer rows. */
const VALUE_BYTES_MAX = 2 ** 20;
const STATEMENT_BYTES_MAX = 100_000;

/** Answers are remembered for so long; no execution asks again after that. */
const ANSWER_DAYS = 30;

export function openTenantFile({ path, megabytesMax, busyTimeoutMs }: WorkerSettings): TenantFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const write = guarded(path, { timeout: busyTimeoutMs });
  write.guard.asOwner(() => {
    write.database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 16777216",
    );
    prepareFile(write.database, path);
    const { page_size: pageSize } = write.database.prepare("PRAGMA page_size").get() ?? {};
    write.database.exec(`PRAGMA max_page_count = ${Math.floor((megabytesMax * 2 ** 20) / Number(pageSize))}; PRAGMA optimize`);
  });
  const read = guarded(path, { timeout: busyTimeoutMs, readOnly: true });
  const close = (): void => {
    read.database.close();
    write.database.close();
  };
  return { read, write, megabytesMax, [Symbol.dispose]: close };
}

function guarded(path: string, options: DatabaseSyncOptions): GuardedHandle {
  const guard = statementGuard();
  // A pattern for LIKE and a nested expression take more time than their length; no other file can be opened at all.
  const limits = {
    attach: 0,
    length: VALUE_BYTES_MAX,
    sqlLength: STATEMENT_BYTES_MAX,
    column: 200,
    exprDepth: 200,
    compoundSelect: 100,
    likePatternLength: 1_000,
    variableNumber: 10_000,
    triggerDepth: 20,
  };
  const database = new DatabaseSync(path, { ...options, limits, defensive: true, allowExtension: false });
  database.setAuthorizer(guard.authorize);
  return { database, guard };
}

/** Makes a new file what it has to be; of two processes that come at once, one does. */
function prepareFile(database: DatabaseSync, path: string): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version > 1) throw new Error(`${path} was written by a newer version of this server`);
    if (version === 0) makeTables(database);
    database.exec(`PRAGMA user_version = 1; DELETE FROM main.tutti_answers WHERE at < datetime('now', '-${ANSWER_DAYS} days')`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function makeTables(database: DatabaseSync): void {
  database.exec(
    "CREATE TABLE tutti_answers (key TEXT PRIMARY KEY, asked TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL DEFAULT (datetime('now'))) STRICT",
  );
  for (const statement of sqliteSampleSchema()) database.exec(statement);
  for (const { table, columns, rows } of sampleRows()) {
    const insert = database.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`);
    for (const row of rows) insert.run(...row);
  }
  database.exec("ANALYZE");
}
