import { mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type DatabaseSync, backup } from "node:sqlite";
import { TuttiError } from "../model/errors.ts";
import { createDataDirectory, createPrivateFile, errorCode, refusingFileErrors } from "./data-directory.ts";
import { fromSqliteError, isSqliteError } from "./journal-unusable.ts";

// Copied on a thread of its own, so this only decides how often it can be interrupted.
const PAGES_PER_STEP = 1_000;

/** A file of a data directory, with a connection to it for this alone; it is left within a transaction. */
export interface BackupSource {
  /** Its name within the directory. */
  readonly file: string;
  readonly database: DatabaseSync;
}

/**
 * Copies files of a data directory into a new one, each as it is at one moment, while they are in use.
 *
 * @throws TuttiError `input.invalid` - the target exists; `journal.unusable` - the target cannot be written
 */
export async function backupStores(sources: readonly BackupSource[], targetDirectory: string): Promise<void> {
  const target = resolve(targetDirectory);
  createDataDirectory(dirname(target));
  makeNewDirectory(target);
  try {
    // All moments are held before the first copy, which may take long.
    for (const { database } of sources) database.exec("BEGIN; SELECT count(*) FROM sqlite_schema");
    for (const { file, database } of sources) await copy(database, join(target, file));
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    throw error;
  }
}

async function copy(database: DatabaseSync, file: string): Promise<void> {
  try {
    createPrivateFile(file);
    await backup(database, file, { rate: PAGES_PER_STEP });
  } catch (error) {
    throw isSqliteError(error) ? fromSqliteError(file, error) : error;
  }
}

function makeNewDirectory(target: string): void {
  refusingFileErrors(target, () => {
    try {
      mkdirSync(target, { mode: 0o700 });
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
      const problem = `${target} already exists; a backup needs a directory that does not`;
      throw new TuttiError("input.invalid", problem, { problems: [problem] });
    }
  });
}
