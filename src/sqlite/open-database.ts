import type { DatabaseSync } from "node:sqlite";
import { journalUnusable } from "./journal-unusable.ts";
import { MIGRATIONS } from "./migrations.ts";
import { type StoreKind, openStore, openStoreReader, pragma, sizeOf } from "./open-store.ts";
import { prepare } from "./prepare.ts";

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

/** Marked with the letters "Tutt". */
const JOURNAL: StoreKind = {
  applicationId: 0x54757474,
  migrations: MIGRATIONS,
  creation: "PRAGMA auto_vacuum = INCREMENTAL",
  pragmas: PRAGMAS,
};

/**
 * Opens the journal file for writing, making it if it is not there, with its schema up to date.
 *
 * @throws TuttiError `journal.unusable`
 */
export function openDatabase(path: string, nowMs: number): DatabaseSync {
  return openStore(JOURNAL, { path, nowMs }, (database) => checkSoundness(database, path));
}

/**
 * Opens the journal file for reading, beside an owner or alone; undefined when there is none yet.
 *
 * @throws TuttiError `journal.unusable`
 */
export function openDatabaseReader(path: string): DatabaseSync | undefined {
  return openStoreReader(JOURNAL, path);
}

interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * A copy that was cut short is found at once in a file of any size; other damage when it is small, else when it is met.
 *
 * @throws TuttiError `journal.unusable`
 */
export function checkSoundness(database: DatabaseSync, path: string): void {
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
