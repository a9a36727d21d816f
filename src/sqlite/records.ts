import type { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { CommitQueue } from "./commit-queue.ts";
import { createDataDirectory, fileCheck } from "./data-directory.ts";
import { FaultLatch } from "./fault-latch.ts";
import type { StoreKind } from "./open-store.ts";
import { checkSoundness } from "./open-database.ts";
import { openStore, openStoreReader } from "./open-store.ts";
import { RECORDS_MIGRATIONS } from "./records-migrations.ts";

/** Its name within a data directory. */
export const RECORDS_FILE = "records.db";

const RECORDS: StoreKind = {
  applicationId: 0x54_75_74_52,
  creation: "PRAGMA page_size = 8192",
  migrations: RECORDS_MIGRATIONS,
  pragmas: `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = 16777216;`,
};

/**
 * What is known beside executions, and changes: stored workflows, applications of patterns, machines. In a file of its own,
 * so that the journal stays append-only. Whoever opens it owns the data directory.
 *
 * Disposing commits what waits.
 */
export class Records implements Disposable {
  readonly #database: DatabaseSync;
  readonly #latch: FaultLatch;
  readonly #queue: CommitQueue;

  /** @throws TuttiError `journal.unusable` - it is damaged, foreign, newer, or cannot be written */
  constructor({ directory, clock }: { readonly directory: string; readonly clock: Clock }) {
    createDataDirectory(directory);
    const path = join(directory, RECORDS_FILE);
    this.#latch = new FaultLatch(path);
    this.#database = openStore(RECORDS, { path, nowMs: clock.nowMs() }, (database) => checkSoundness(database, path));
    this.#queue = new CommitQueue(this.#database, this.#latch, fileCheck(path));
  }

  /** Resolves when the changes are durable. The task throws, if it must, before its first change. */
  async write<T>(task: (database: DatabaseSync) => T, sizeBytes = 1_000): Promise<T> {
    return await this.#queue.add(sizeBytes, () => task(this.#database));
  }

  read<T>(task: (database: DatabaseSync) => T): T {
    return this.#latch.run(() => task(this.#database));
  }

  [Symbol.dispose](): void {
    this.#queue.flush();
    this.#latch.close(new Error("the records have been closed"));
    this.#database.close();
  }
}

/**
 * Opens the records of a data directory for reading, beside their owner or alone; undefined when there are none yet.
 *
 * @throws TuttiError `journal.unusable`
 */
export function openRecordsReader(directory: string): DatabaseSync | undefined {
  return openStoreReader(RECORDS, join(directory, RECORDS_FILE));
}

/** Reads the records of a data directory beside their owner, or without one. Disposing closes the connection. */
export class RecordsReader implements Disposable {
  readonly #database: DatabaseSync;
  readonly #latch: FaultLatch;

  private constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#latch = new FaultLatch(path);
  }

  /** Undefined when there are none yet. @throws TuttiError `journal.unusable` */
  static open(directory: string): RecordsReader | undefined {
    const database = openRecordsReader(directory);
    return database === undefined ? undefined : new RecordsReader(database, join(directory, RECORDS_FILE));
  }

  read<T>(task: (database: DatabaseSync) => T): T {
    return this.#latch.run(() => task(this.#database));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
