import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { isTuttiError } from "../model/errors.ts";
import { createPrivateFile, errorCode } from "./data-directory.ts";
import { fromSqliteError, isSqliteError, journalUnusable } from "./journal-unusable.ts";
import { migrate, missingMigrations } from "./migrate.ts";
import type { Migration } from "./migrations.ts";
import { prepare } from "./prepare.ts";

/** What tells one kind of file in the data directory from the others. */
export interface StoreKind {
  /** In the header of the file. */
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
  /** Run when the file is empty, before anything else. */
  readonly creation: string;
  /** Run whenever it is opened for writing. */
  readonly pragmas: string;
}

// A reader in another process may hold the file for a moment while it recovers it after a crash.
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens a store for writing, making it if it is not there, with its schema up to date.
 *
 * @param check - looks at it before it is used, and throws if it cannot be
 * @throws TuttiError `journal.unusable`
 */
export function openStore(
  kind: StoreKind,
  place: { readonly path: string; readonly nowMs: number },
  check: (database: DatabaseSync) => void = () => undefined,
): DatabaseSync {
  const { path, nowMs } = place;
  createPrivateFile(path);
  return opening({ path }, (database) => {
    if (pragma(database, "page_count") === 0) database.exec(`${kind.creation}; PRAGMA application_id = ${kind.applicationId}`);
    checkApplication(database, kind, path);
    database.exec(kind.pragmas);
    migrate(database, path, kind.migrations, nowMs);
    check(database);
  });
}

/**
 * Opens a store for reading, beside those who write or alone; undefined when there is none yet. Makes no file but
 * SQLite's own `-wal` and `-shm`, and none at all in a directory that cannot be written.
 *
 * @throws TuttiError `journal.unusable`
 */
export function openStoreReader(kind: StoreKind, path: string): DatabaseSync | undefined {
  if (sizeOf(path) === 0) return undefined;
  const database = openForReading(kind, path);
  if (hasSchema(database)) return database;
  // Its owner is making it just now.
  database.close();
  return undefined;
}

/** The value of a pragma that has a number. */
export function pragma(database: DatabaseSync, name: string): number {
  const row = prepare<Readonly<Record<string, number>>>(database, `PRAGMA ${name}`).get();
  return row?.[name] ?? 0;
}

/** Of a file, 0 when there is none. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw journalUnusable(path, "io", { detail: error instanceof Error ? error.message : String(error), cause: error });
  }
}

/**
 * SQLite reads a store with its `-wal` file beside it, and makes one if there is none. Where that cannot be made, as on
 * a read-only medium, nobody writes the store either, and it is read as it is.
 */
function openForReading(kind: StoreKind, path: string): DatabaseSync {
  const check = (database: DatabaseSync): void => {
    checkApplication(database, kind, path);
    if (hasSchema(database)) checkUpToDate(database, kind, path);
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

function checkUpToDate(database: DatabaseSync, { migrations }: StoreKind, path: string): void {
  if (missingMigrations(database, path, migrations).length === 0) return;
  const detail = "it is of an older version, and bringing it up to date needs a command that writes";
  throw journalUnusable(path, "unwritable", { detail });
}

function checkApplication(database: DatabaseSync, { applicationId }: StoreKind, path: string): void {
  if (pragma(database, "application_id") !== applicationId) throw journalUnusable(path, "foreign");
}

function hasSchema(database: DatabaseSync): boolean {
  return prepare(database, "SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get() !== undefined;
}
