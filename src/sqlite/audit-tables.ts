import type { DatabaseSync } from "node:sqlite";
import { present } from "../base/assert.ts";
import type { AuditCheckpoint, AuditEntry } from "../model/audit.ts";
import { FIRST_HASH, entryHash } from "./audit-chain.ts";
import { type CheckpointRow, COPIED_COLUMNS, toCheckpoint } from "./audit-row.ts";
import { type Statement, prepare } from "./prepare.ts";
import { UnreadableRow } from "./stored-json.ts";

/** The end of the chain: what the next entry follows. */
interface LastEntry {
  readonly seq: number;
  readonly hash: string;
}

/** An entry that has been encoded. */
export interface NewEntry {
  readonly atMs: number;
  readonly writer: string;
  readonly entry: AuditEntry;
  /** As it is stored. */
  readonly text: string;
}

const COPIED = Object.keys(COPIED_COLUMNS);
const MEMBERS = Object.values(COPIED_COLUMNS);

/** Reads the ends of the tables of the audit log. */
export class AuditEnds {
  readonly #last: Statement<LastEntry>;
  readonly #hashOf: Statement<{ readonly hash: string }>;
  readonly #newest: Statement<CheckpointRow>;

  constructor(database: DatabaseSync) {
    this.#last = prepare(database, "SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1");
    this.#hashOf = prepare(database, "SELECT hash FROM entries WHERE seq = ?");
    this.#newest = prepare(database, "SELECT * FROM checkpoints ORDER BY number DESC LIMIT 1");
  }

  /** The last entry; before the first it is number 0. */
  lastEntry(): LastEntry {
    return this.#last.get() ?? { seq: 0, hash: FIRST_HASH };
  }

  /** Undefined when there is no such entry. */
  hashOf(seq: number): string | undefined {
    return seq === 0 ? FIRST_HASH : this.#hashOf.get(seq)?.hash;
  }

  newestCheckpoint(): AuditCheckpoint | undefined {
    const row = this.#newest.get();
    return row === undefined ? undefined : toCheckpoint(row);
  }
}

/**
 * Adds to the tables of the audit log, within a transaction of the caller. Nothing is remembered in between: other
 * processes add to them too.
 */
export class AuditTables extends AuditEnds {
  readonly #foreign: Statement<{ readonly count: number }>;
  readonly #insert: Statement<never>;
  readonly #insertCheckpoint: Statement<never>;

  constructor(database: DatabaseSync) {
    super(database);
    this.#foreign = prepare(database, "SELECT count(*) AS count FROM entries WHERE seq > ? AND writer <> ?");
    this.#insert = prepare(
      database,
      `INSERT INTO entries (seq, at_ms, writer, entry, previous_hash, hash, ${COPIED.join(", ")})
      VALUES (?, ?, ?, ?, ?, ?${", ?".repeat(COPIED.length)})`,
    );
    this.#insertCheckpoint = prepare(
      database,
      "INSERT INTO checkpoints (number, seq, hash, at_ms, taken_over, key_id, signature) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
  }

  /** How many entries after this one were written by others. */
  writtenByOthers(afterSeq: number, writer: string): number {
    return present(this.#foreign.get(afterSeq, writer), "a count has a row").count;
  }

  /** Gives the number of the new entry. @throws UnreadableRow - something that was put into the file swallows it */
  append({ atMs, writer, entry, text }: NewEntry): number {
    const { seq: lastSeq, hash: previousHash } = this.lastEntry();
    const seq = lastSeq + 1;
    const hash = entryHash({ seq, atMs, writer, previousHash, entry: text });
    const { changes } = this.#insert.run(seq, atMs, writer, text, previousHash, hash, ...MEMBERS.map((member) => entry[member] ?? null));
    if (changes !== 1) throw new UnreadableRow(`it does not take entry ${seq}`);
    return seq;
  }

  addCheckpoint({ number, seq, hash, atMs, takenOver, keyId, signature }: AuditCheckpoint): void {
    this.#insertCheckpoint.run(number, seq, hash, atMs, takenOver, keyId, signature);
  }
}
