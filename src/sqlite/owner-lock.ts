import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createPrivateFile } from "./data-directory.ts";
import { fromSqliteError, isSqliteError, primaryCode } from "./journal-unusable.ts";

const SQLITE_BUSY = 5;

// Whoever asks whether the lock is held holds it, for some microseconds, in a way that a new owner would trip over.
const PATIENCE_MS = 100;

/**
 * Takes the owner lock of a data directory, or returns undefined when another process (or another journal of this one)
 * has it. Disposing gives it back; so does the system, at once, when the process dies in whatever way.
 *
 * Node cannot lock files, SQLite can: the lock is an exclusive transaction on an empty database that nothing is ever
 * written to. The file must not be opened in any other way: closing any handle to a file drops the process's POSIX locks on it.
 *
 * @throws TuttiError `journal.unusable`
 */
export function takeOwnerLock(directory: string): Disposable | undefined {
  const path = join(directory, "owner.lock");
  createPrivateFile(path);
  return begin(path, "BEGIN EXCLUSIVE", { timeout: PATIENCE_MS });
}

/**
 * Takes the lock that is the file at a path, or returns undefined when somebody has it, also in this process; see
 * {@link takeOwnerLock}. The file is made if it is not there, its folder is not.
 *
 * @throws TuttiError `journal.unusable`
 */
export function takeFileLock(path: string): Disposable | undefined {
  createPrivateFile(path);
  return begin(path, "BEGIN EXCLUSIVE", {});
}

/** Whether some process owns the data directory now. */
export function isOwned(directory: string): boolean {
  using shared = begin(join(directory, "owner.lock"), "BEGIN; SELECT count(*) FROM sqlite_schema", { readOnly: true });
  return shared === undefined;
}

function begin(path: string, sql: string, options: { readonly timeout?: number; readonly readOnly?: boolean }): Disposable | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, options);
    // A journal file would be left behind by a process that is killed.
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec(sql);
    return database;
  } catch (error) {
    database?.close();
    if (!isSqliteError(error)) throw error;
    if (primaryCode(error) === SQLITE_BUSY) return undefined;
    throw fromSqliteError(path, error);
  }
}
