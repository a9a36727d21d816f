import { mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type DatabaseSync, backup } from "node:sqlite";
import { TuttiError } from "../model/errors.ts";
import { JOURNAL_FILE, createDataDirectory, createPrivateFile, errorCode, refusingFileErrors } from "./data-directory.ts";
import { fromSqliteError, isSqliteError } from "./journal-unusable.ts";

// Copied on a thread of its own, so this only decides how often it can be interrupted.
const PAGES_PER_STEP = 1_000;

/**
 * Copies a journal into a new data directory, as it is at one moment, while it is in use. `source` is a connection for
 * this alone; it is left within a transaction, which holds that moment.
 *
 * @throws TuttiError `input.invalid` - the target exists; `journal.unusable` - the target cannot be written
 */
export async function backupJournal(source: DatabaseSync, targetDirectory: string): Promise<void> {
  const target = resolve(targetDirectory);
  createDataDirectory(dirname(target));
  makeNewDirectory(target);
  const file = join(target, JOURNAL_FILE);
  try {
    createPrivateFile(file);
    source.exec("BEGIN; SELECT count(*) FROM sqlite_schema");
    await backup(source, file, { rate: PAGES_PER_STEP });
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
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
