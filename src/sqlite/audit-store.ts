import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../base/clock.ts";
import type { AuditCheckpoint, AuditEntry } from "../model/audit.ts";
import { signCheckpoint } from "./audit-checkpoint.ts";
import { auditDamaged, refusingAuditFaults } from "./audit-fault.ts";
import { auditPath, auditSchemaFaults, openAuditFile } from "./audit-file.ts";
import { draftHead, placeHead, readHead } from "./audit-head.ts";
import { type KeyPlace, type SigningKey, openSigningKey } from "./audit-key.ts";
import { encodeEntry, keptEntry } from "./audit-row.ts";
import { AuditTables } from "./audit-tables.ts";
import { CommitQueue } from "./commit-queue.ts";
import { fileCheck } from "./data-directory.ts";
import { UnreadableRow } from "./stored-json.ts";
import { inTransaction } from "./transaction.ts";

export interface AuditStoreOptions extends KeyPlace {
  readonly clock: Clock;
  /** Names this process in its entries; see `ChainLink`. */
  readonly writer: string;
}

/**
 * The file of the audit log, open for writing; other processes may have it open too.
 *
 * 1. An entry is hashed and written under SQLite's write lock, onto the end of the chain as it is then.
 * 2. A checkpoint is made under that lock of all entries that are there, and is durable, with them, before anybody sees
 *    its head.
 * 3. A log whose head, checkpoints and schema are not as they were made is not written to: the next checkpoint would
 *    cover the traces.
 *
 * When anything fails, dispose it and open another.
 */
export class AuditStore implements Disposable {
  readonly #options: AuditStoreOptions;
  readonly #database: DatabaseSync;
  readonly #tables: AuditTables;
  readonly #queue: CommitQueue;
  readonly #key: SigningKey;
  #signedSeq = 0;
  /** The newest checkpoint that was there when this process last looked. */
  #seen = 0;

  /**
   * Opens the log, begins one if there is none, and signs what an earlier process has left unsigned.
   *
   * @throws TuttiError `journal.unusable`, `file.unreadable`
   */
  constructor(options: AuditStoreOptions) {
    const path = auditPath(options.directory);
    this.#options = options;
    this.#database = openAuditFile(path, options.clock.nowMs());
    try {
      this.#tables = this.#refusing(() => new AuditTables(this.#database));
      this.#queue = new CommitQueue(this.#database, { run: (task) => this.#refusing(task) }, fileCheck(path));
      this.#key = this.#refusing(() => inTransaction(this.#database, () => this.#begin()));
      this.sign();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** The last entry that is known to be covered by a checkpoint. */
  get signedSeq(): number {
    return this.#signedSeq;
  }

  /** Resolves with the number of the entry, when it survives the death of this process. */
  async append(given: AuditEntry): Promise<number> {
    const atMs = this.#options.clock.nowMs();
    const entry = keptEntry(given);
    const text = encodeEntry(entry);
    const { writer } = this.#options;
    return await this.#queue.add(text.length, () => {
      const seq = this.#tables.append({ atMs, writer, entry, text });
      if (seq > this.#signedSeq) return seq;
      throw new UnreadableRow(`entry ${this.#signedSeq} was there and is not there any more`);
    });
  }

  /** Writes what waits, and makes a checkpoint unless there is one of the last entry. Takes a few flushes to the disk. */
  sign(): void {
    this.#queue.flush();
    this.#refusing(() => {
      this.#database.exec("PRAGMA synchronous = FULL");
      try {
        const made = inTransaction(this.#database, () => this.#signTail());
        if (made === undefined) return;
        this.#seen = made.number;
        placeHead(this.#options.directory, made.number);
      } finally {
        this.#database.exec("PRAGMA synchronous = NORMAL");
      }
    });
  }

  [Symbol.dispose](): void {
    this.#queue.flush();
    this.#database.close();
  }

  #begin(): SigningKey {
    const newest = this.#tables.newestCheckpoint();
    this.#refuseUnlessWhole(newest);
    return openSigningKey(this.#options, { mayMake: newest === undefined });
  }

  /** As far as it can be told at once: invariant 3. */
  #refuseUnlessWhole(newest: AuditCheckpoint | undefined): void {
    const { directory } = this.#options;
    const { head, unreadable } = readHead(directory, newest);
    const [schemaFault] = auditSchemaFaults(this.#database);
    const fault = schemaFault ?? (unreadable ? "audit.head does not hold a checkpoint" : this.#fault(newest, head));
    if (fault !== undefined) throw auditDamaged(directory, fault);
  }

  #fault(newest: AuditCheckpoint | undefined, head: AuditCheckpoint | undefined): string | undefined {
    const last = this.#tables.lastEntry();
    if ((newest?.number ?? 0) < this.#seen) return `checkpoint ${this.#seen} was there and is not there any more`;
    if (newest === undefined) {
      if (head !== undefined) return `audit.head says that there are ${head.seq} entries, and the log has not been begun`;
      return last.seq === 0 ? undefined : `it has ${last.seq} entries, and nothing has been signed`;
    }
    if (head === undefined) return "audit.head is missing";
    if (head.signature !== newest.signature) return `audit.head is of checkpoint ${head.number}, and the newest is ${newest.number}`;
    if (this.#tables.hashOf(newest.seq) === newest.hash) return undefined;
    return `its newest checkpoint is of entry ${newest.seq}, which is not there or not the same`;
  }

  #signTail(): AuditCheckpoint | undefined {
    const last = this.#tables.lastEntry();
    const newest = this.#tables.newestCheckpoint();
    this.#refuseUnlessWhole(newest);
    this.#seen = newest?.number ?? 0;
    this.#signedSeq = last.seq;
    if (newest?.seq === last.seq) return undefined;
    const { clock, writer, directory } = this.#options;
    const takenOver = this.#tables.writtenByOthers(newest?.seq ?? 0, writer);
    const number = (newest?.number ?? 0) + 1;
    const checkpoint = signCheckpoint({ number, ...last, atMs: clock.nowMs(), takenOver }, this.#key);
    this.#tables.addCheckpoint(checkpoint);
    // That of a process that died, or is between its commit and its end: it would otherwise come after ours.
    if (newest !== undefined) placeHead(directory, newest.number);
    draftHead(directory, checkpoint);
    return checkpoint;
  }

  #refusing<T>(task: () => T): T {
    return refusingAuditFaults(this.#options.directory, task);
  }
}
