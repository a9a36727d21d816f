import { join, resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { TuttiError } from "../model/errors.ts";
import { JOURNAL_FILE, createDataDirectory } from "./data-directory.ts";
import { openDatabase } from "./open-database.ts";
import { takeOwnerLock } from "./owner-lock.ts";
import { readOwnerNote, removeOwnerNote, writeOwnerNote } from "./owner-note.ts";
import { SqliteJournal } from "./sqlite-journal.ts";

/**
 * Opens the journal of a data directory, as its only owner until it is disposed or the process ends. Makes what is
 * not there, for this user alone.
 *
 * @throws TuttiError `journal.locked` - another process owns it; `journal.unusable`
 */
export async function openJournal(options: { readonly directory: string; readonly clock: Clock }): Promise<SqliteJournal> {
  const directory = resolve(options.directory);
  createDataDirectory(directory);
  const lock = takeOwnerLock(directory);
  if (lock === undefined) throw journalLocked(directory);
  try {
    // At once, because the note of an owner that was killed is taken for ours as long as it stands there.
    writeOwnerNote(directory, { pid: process.pid });
    const path = join(directory, JOURNAL_FILE);
    return new SqliteJournal({ path, database: openDatabase(path, options.clock.nowMs()), letGo: () => letGo(directory, lock) });
  } catch (error) {
    letGo(directory, lock);
    throw error;
  }
}

function letGo(directory: string, lock: Disposable): void {
  removeOwnerNote(directory);
  lock[Symbol.dispose]();
}

function journalLocked(directory: string): TuttiError {
  const note = readOwnerNote(directory);
  const owner = note === undefined ? "another process" : `process ${note.pid}`;
  return new TuttiError("journal.locked", `${directory} is in use by ${owner}; wait until it ends, or name another data directory`, {
    path: directory,
  });
}
