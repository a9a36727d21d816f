import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { createPrivateFile, errorCode } from "./data-directory.ts";
import { fromSqliteError, isSqliteError, journalUnusable, primaryCode } from "./journal-unusable.ts";
import { migrate, missingMigrations } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";
import { prepare } from "./prepare.ts";

/** Marks the file as ours in its header: the letters "Tutt". */
const APPLICATION_ID = 0x54757474;

const SQLITE_NOTADB = 26;

// A reader in another process may hold the file for a moment while it recovers it after a crash.
const BUSY_TIMEOUT_MS = 5_000;

/**
 * FULL: a commit is on the disk when it returns. `fullfsync` makes that true on macOS, where a plain flush stops at the
 * drive's cache. A log of 4,000 pages halves the pages that a checkpoint copies, against the 1,000 of SQLite's default.
 */
const PRAGMAS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -16384;
PRAGMA temp_store = MEMORY;`;

/**
 * Opens the journal file for writing, making it if it is not there, with its schema up to date.
 *
 * @throws TuttiError `journal.unusable`
 */
export function openDatabase(path: string, nowMs: number): DatabaseSync {
  createPrivateFile(path);
  return opening(path, {}, (database) => {
    if (isEmpty(database)) database.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${APPLICATION_ID}`);
    checkApplication(database, path);
    database.exec(PRAGMAS);
    migrate(database, path, MIGRATIONS, nowMs);
    checkSize(database, path);
  });
}

/**
 * Opens the journal file for reading, beside an owner or alone; undefined when there is none yet.
 *
 * @throws TuttiError `journal.unusable`
 */
export function openDatabaseReader(path: string): DatabaseSync | undefined {
  if (sizeOf(path) === 0) return undefined;
  return opening(path, { readOnly: true }, (database) => {
    checkApplication(database, path);
    checkUpToDate(database, path);
  });
}

function opening(path: string, options: { readonly readOnly?: boolean }, prepareUse: (database: DatabaseSync) => void): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { ...options, timeout: BUSY_TIMEOUT_MS });
    prepareUse(database);
    return database;
  } catch (error) {
    database?.close();
    if (!isSqliteError(error)) throw error;
    // Here, and not later, this code says that the file does not begin as a database does.
    if (primaryCode(error) === SQLITE_NOTADB) throw journalUnusable(path, "foreign", { cause: error });
    throw fromSqliteError(path, error);
  }
}

function checkUpToDate(database: DatabaseSync, path: string): void {
  if (missingMigrations(database, path, MIGRATIONS).length === 0) return;
  const detail = "it is of an older version, and bringing it up to date needs a command that writes";
  throw journalUnusable(path, "unwritable", { detail });
}

function isEmpty(database: DatabaseSync): boolean {
  return pragma(database, "page_count") === 0;
}

function checkApplication(database: DatabaseSync, path: string): void {
  if (pragma(database, "application_id") !== APPLICATION_ID) throw journalUnusable(path, "foreign");
}

// A copy that was cut short is the commonest damage, and the only one that is found without reading the whole file.
function checkSize(database: DatabaseSync, path: string): void {
  database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  const expected = pragma(database, "page_count") * pragma(database, "page_size");
  const actual = sizeOf(path);
  if (actual < expected) throw journalUnusable(path, "damaged", { detail: `it has ${actual} of its ${expected} bytes` });
}

function pragma(database: DatabaseSync, name: string): number {
  const row = prepare<Readonly<Record<string, number>>>(database, `PRAGMA ${name}`).get();
  return row?.[name] ?? 0;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return 0;
    throw journalUnusable(path, "unwritable", { cause: error });
  }
}
