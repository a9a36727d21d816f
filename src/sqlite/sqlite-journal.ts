import type { DatabaseSync } from "node:sqlite";
import type { ExecutionEvent } from "../model/event.ts";
import type { EventFeed } from "../ports/event-feed.ts";
import type { ExecutionPage, Journal, ListQuery, NewExecution } from "../ports/journal.ts";
import { CommitQueue } from "./commit-queue.ts";
import { fileCheck } from "./data-directory.ts";
import { encodeEvent } from "./event-row.ts";
import { FaultLatch } from "./fault-latch.ts";
import { JournalReader } from "./journal-reader.ts";
import { isSqliteError } from "./journal-unusable.ts";
import { JournalWriter } from "./journal-writer.ts";
import { type Pruned, Pruner } from "./pruner.ts";
import { SqliteEventFeed } from "./sqlite-event-feed.ts";

/** The journal in one SQLite file. Disposing commits what waits, and lets go of the data directory. */
export class SqliteJournal extends JournalReader implements Journal, AsyncDisposable {
  /** What is in it, of all executions. */
  readonly feed: EventFeed;
  readonly #database: DatabaseSync;
  readonly #latch: FaultLatch;
  readonly #checkFile: () => void;
  readonly #queue: CommitQueue;
  readonly #writer: JournalWriter;
  readonly #pruner: Pruner;
  readonly #letGo: () => void;

  constructor(options: { readonly path: string; readonly database: DatabaseSync; readonly letGo: () => void }) {
    const latch = new FaultLatch(options.path);
    super(options.path, options.database, latch);
    this.#database = options.database;
    this.#latch = latch;
    this.#checkFile = fileCheck(options.path);
    this.#queue = new CommitQueue(options.database, latch, this.#checkFile);
    this.#writer = new JournalWriter(options.database);
    this.#pruner = new Pruner(options.database, this.#queue);
    this.#letGo = options.letGo;
    this.feed = new SqliteEventFeed(options.database, latch);
  }

  async create(start: NewExecution): Promise<{ readonly executionId: string; readonly created: boolean }> {
    const row = encodeEvent(start.event);
    return await this.#queue.add(row.sizeBytes, () => this.#writer.create(start, row));
  }

  async append(executionId: string, events: readonly ExecutionEvent[]): Promise<void> {
    if (events.length === 0) return;
    const rows = events.map(encodeEvent);
    const sizeBytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
    await this.#queue.add(sizeBytes, () => this.#writer.append(executionId, events, rows));
  }

  /** Who lists executions may ask nothing else for days, and would be told of those in a file that is gone. */
  override async list(query: ListQuery): Promise<ExecutionPage> {
    this.#latch.run(this.#checkFile);
    return await super.list(query);
  }

  async prune(endedBeforeMs: number): Promise<Pruned> {
    return await this.#pruner.prune(endedBeforeMs);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.flush();
    this.#latch.close(new Error("the journal has been closed"));
    truncateLog(this.#database);
    await super[Symbol.asyncDispose]();
    this.#letGo();
  }
}

/** Leaves one whole file behind. If that cannot be done now, the next process that opens the journal does it. */
function truncateLog(database: DatabaseSync): void {
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}
