import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { isTuttiError } from "../model/errors.ts";
import { createPrivateFile, errorCode } from "./data-directory.ts";
import { fromSqliteError, isSqliteError, journalUnusable } from "./journal-unusable.ts";
import { migrate, missingMigrations } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";
import { prepare } from "./prepare.ts";

/** Marks the file as ours in its header: the letters "Tutt". */
const APPLICATION_ID = 0x54757474;

// A reader in another process may hold the file for a moment while it recovers it after a crash.
const BUSY_TIMEOUT_MS = 5_000;

// The check reads all pages: 10 ms for this much.
const QUICK_CHECK_BYTES_MAX = 4 * 1024 * 1024;

/**
 * FULL: a commit is on the disk when it returns. `fullfsync` makes that true on macOS, where a plain flush stops at the
 * drive's cache. The log is copied into the file after every 1,000 pages: at 4,000 and 16,000 as many events are written
 * per second, but the commit that copies takes 20 and 60 ms instead of 5.
 */
const PRAGMAS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA wal_autocheckpoint = 1000;
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
  return opening({ path }, (database) => {
    if (isEmpty(database)) database.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${APPLICATION_ID}`);
    checkApplication(database, path);
    database.exec(PRAGMAS);
    migrate(database, path, MIGRATIONS, nowMs);
    checkSoundness(database, path);
  });
}

/**
 * Opens the journal file for reading, beside an owner or alone; undefined when there is none yet. Makes no file but
 * SQLite's own `-wal` and `-shm`, and none at all in a directory that cannot be written.
 *
 * @throws TuttiError `journal.unusable`
 */
export function openDatabaseReader(path: string): DatabaseSync | undefined {
  if (sizeOf(path) === 0) return undefined;
  const database = openForReading(path);
  if (hasSchema(database)) return database;
  // Its owner is making it just now.
  database.close();
  return undefined;
}

/**
 * SQLite reads a journal with its `-wal` file beside it, and makes one if there is none. Where that cannot be made, as on
 * a read-only medium, nobody writes the journal either, and it is read as it is.
 */
function openForReading(path: string): DatabaseSync {
  const check = (database: DatabaseSync): void => {
    checkApplication(database, path);
    if (hasSchema(database)) checkUpToDate(database, path);
  };
  try {
    return opening({ path, readOnly: true }, check);
  } catch (error) {
    if (!isTuttiError(error, "journal.unusable") || error.details.reason !== "unwritable" || existsSync(`${path}-wal`)) throw error;
    const location = pathToFileURL(path);
    location.searchParams.set("immutable", "1");
    return opening({ path, location, readOnly: true }, check);
  }
}

interface Opening {
  readonly path: string;
  /** The path, or a URL of it with options. */
  readonly location?: string | URL;
  readonly readOnly?: boolean;
}

function opening({ path, location = path, readOnly = false }: Opening, prepareUse: (database: DatabaseSync) => void): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(location, { readOnly, timeout: BUSY_TIMEOUT_MS });
    prepareUse(database);
    return database;
  } catch (error) {
    database?.close();
    throw isSqliteError(error) ? fromSqliteError(path, error) : error;
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

interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}

function hasSchema(database: DatabaseSync): boolean {
  return prepare(database, "SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get() !== undefined;
}

/** A copy that was cut short is found at once in a file of any size; other damage when it is small, else when it is met. */
function checkSoundness(database: DatabaseSync, path: string): void {
  const copied = prepare<Checkpoint>(database, "PRAGMA wal_checkpoint(PASSIVE)").get();
  // A reader of older pages holds the rest of the log back, and the file may still be short.
  if (copied === undefined || copied.log !== copied.checkpointed) return;
  const expected = pragma(database, "page_count") * pragma(database, "page_size");
  const actual = sizeOf(path);
  if (actual < expected) throw journalUnusable(path, "damaged", { detail: `it has ${actual} of its ${expected} bytes` });
  if (actual > QUICK_CHECK_BYTES_MAX) return;
  const finding = prepare<{ readonly quick_check: string }>(database, "PRAGMA quick_check(1)").get()?.quick_check;
  if (finding !== "ok") throw journalUnusable(path, "damaged", { detail: finding ?? "the check said nothing" });
}

function pragma(database: DatabaseSync, name: string): number {
  const row = prepare<Readonly<Record<string, number>>>(database, `PRAGMA ${name}`).get();
  return row?.[name] ?? 0;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw journalUnusable(path, "io", { detail: error instanceof Error ? error.message : String(error), cause: error });
  }
}
