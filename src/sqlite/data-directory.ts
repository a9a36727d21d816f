import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isTuttiError } from "../model/errors.ts";
import { journalUnusable } from "./journal-unusable.ts";

/** The name of the journal within a data directory. */
export const JOURNAL_FILE = "journal.db";

/**
 * Makes the data directory, for this user alone, unless it is there.
 *
 * @throws TuttiError `journal.unusable` - it cannot be made, or something else has its name
 */
export function createDataDirectory(directory: string): void {
  refusingFileErrors(directory, () => makeDirectory(directory));
}

/**
 * Makes an empty file for this user alone, unless it is there; a file that is there is not even opened.
 *
 * @throws TuttiError `journal.unusable`
 */
export function createPrivateFile(path: string): void {
  refusingFileErrors(path, () => {
    try {
      closeSync(openSync(path, "wx", 0o600));
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
  });
}

/** Tells a file from any other, also from one that has taken its path; undefined when there is none. */
function fileIdentity(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

/**
 * Gives a check that a file is still the one that has this path, for after each commit: SQLite does not notice when its
 * file is removed, and what it writes then is lost. Costs some microseconds.
 *
 * @throws TuttiError `journal.unusable` - from the check
 */
export function fileCheck(path: string): () => void {
  const identity = fileIdentity(path);
  return () => {
    if (fileIdentity(path) !== identity) throw journalUnusable(path, "io", { detail: "it has been moved or removed while in use" });
  };
}

/**
 * Runs a task that writes a file of the data directory.
 *
 * @throws TuttiError `journal.unusable` - in place of the system's error
 */
export function refusingFileErrors(path: string, task: () => void): void {
  try {
    task();
  } catch (error) {
    if (isTuttiError(error)) throw error;
    const reason = errorCode(error) === "ENOSPC" ? "full" : "unwritable";
    throw journalUnusable(path, reason, { detail: error instanceof Error ? error.message : String(error), cause: error });
  }
}

/** The code of an error of the system, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

// Not `recursive`: in a directory that takes no entries, such as /proc, Node would try for ever.
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === "EEXIST") {
      if (statSync(directory).isDirectory()) return;
      throw journalUnusable(directory, "unwritable", { detail: "it is a file, and the data need a directory", cause: error });
    }
    if (errorCode(error) !== "ENOENT" || existsSync(dirname(directory))) throw error;
    makeDirectory(dirname(directory));
    makeDirectory(directory);
  }
}
