import type { DatabaseSync } from "node:sqlite";
import type { FaultLatch } from "./fault-latch.ts";
import { isSqliteError } from "./journal-unusable.ts";
import { type Statement, prepare } from "./prepare.ts";
import { UnreadableRow } from "./stored-json.ts";

// One transaction takes at most this much, so that a flood of writes still lets the event loop turn.
const BATCH_WRITES_MAX = 2_000;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;

interface Waiting {
  readonly sizeBytes: number;
  /** Makes the changes, and returns what is to be told after the commit. */
  run(): () => void;
  refuse(error: unknown): void;
}

/**
 * Makes one transaction of all writes that arrive in one turn of the event loop (group commit): a flush to the disk
 * costs the same for one row and for a thousand.
 *
 * 1. Writes are made in the order in which they were asked for.
 * 2. A promise resolves after the commit that holds its write, never before.
 * 3. After a failed commit the latch decides: the one of the journal refuses every later write with the same error.
 *
 * A batch runs as an immediate: after all input that the turn has brought, and before the loop waits for more. A
 * microtask would run too early (after the first of many callbacks), a timer would add a millisecond.
 */
export class CommitQueue {
  readonly #database: DatabaseSync;
  readonly #latch: Pick<FaultLatch, "run">;
  readonly #begin: Statement<never>;
  readonly #commit: Statement<never>;
  readonly #checkFile: () => void;
  #waiting: Waiting[] = [];
  #scheduled = false;

  /** `checkFile` throws when what the database writes to is not what the next process would open. */
  constructor(database: DatabaseSync, latch: Pick<FaultLatch, "run">, checkFile: () => void) {
    this.#checkFile = checkFile;
    this.#database = database;
    this.#latch = latch;
    this.#begin = prepare(database, "BEGIN IMMEDIATE");
    this.#commit = prepare(database, "COMMIT");
  }

  /** Resolves when the changes are durable. `write` throws, if it must, before its first change. */
  add<T>(sizeBytes: number, write: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): (() => void) => {
        const result = write();
        return () => resolve(result);
      };
      this.#waiting.push({ sizeBytes, run, refuse: reject });
      this.#schedule();
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commitBatch();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#commitBatch();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #commitBatch(): void {
    const batch = this.#take();
    let tell: readonly (() => void)[];
    try {
      tell = this.#latch.run(() => this.#transaction(batch));
    } catch (error) {
      for (const write of batch) write.refuse(error);
      return;
    }
    for (const told of tell) told();
  }

  #take(): readonly Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const { sizeBytes } of this.#waiting) {
      bytes += sizeBytes;
      if (count > 0 && (count === BATCH_WRITES_MAX || bytes > BATCH_BYTES_MAX)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #transaction(batch: readonly Waiting[]): readonly (() => void)[] {
    this.#begin.run();
    try {
      const tell = batch.map((write) => attempt(write));
      this.#commit.run();
      this.#checkFile();
      return tell;
    } catch (error) {
      // SQLite has rolled back by itself after some errors; what is left of the transaction ends with the connection.
      if (this.#database.isTransaction) rollBack(this.#database);
      throw error;
    }
  }
}

/** A write that is refused for its own sake has changed nothing, so the others of its batch go on. */
function attempt(write: Waiting): () => void {
  try {
    return write.run();
  } catch (error) {
    if (isSqliteError(error) || error instanceof UnreadableRow) throw error;
    return () => write.refuse(error);
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}
