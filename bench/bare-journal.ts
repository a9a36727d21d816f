import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** An execution of a bare journal. */
export interface BareExecution {
  /** Set by the commit that begins it. */
  id: number;
  /** Of its last event. */
  seq: number;
}

/**
 * The least that makes executions durable on SQLite, so that one can be found again with its events in order: a row for
 * each execution and for each event, an index on both, prepared statements, and one flushed transaction for all writes
 * of a turn of the event loop. It encodes nothing, checks nothing, and can list nothing.
 */
export class BareJournal implements Disposable {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #insert: StatementSync;
  readonly #end: StatementSync;
  #waiting: { readonly write: () => void; readonly done: () => void }[] = [];

  constructor(directory: string) {
    this.#database = new DatabaseSync(join(directory, "bare.db"));
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE executions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, ended INTEGER NOT NULL) STRICT;
      CREATE TABLE events (id INTEGER PRIMARY KEY, execution INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
      CREATE UNIQUE INDEX events_by_execution ON events (execution, seq);`);
    this.#begin = this.#database.prepare("INSERT INTO executions (name, ended) VALUES (?, 0)");
    this.#insert = this.#database.prepare("INSERT INTO events (execution, seq, body) VALUES (?, ?, ?)");
    this.#end = this.#database.prepare("UPDATE executions SET ended = 1 WHERE id = ?");
  }

  /** Begins an execution, in one commit with the events that follow. */
  begin(name: string): BareExecution {
    const execution: BareExecution = { id: 0, seq: 0 };
    void this.#write(() => {
      execution.id = Number(this.#begin.run(name).lastInsertRowid);
    });
    return execution;
  }

  /** Ends an execution, in one commit with the events that follow. */
  end(execution: BareExecution): void {
    void this.#write(() => void this.#end.run(execution.id));
  }

  /** Resolves when the events are durable. */
  append(execution: BareExecution, bodies: readonly string[]): Promise<void> {
    return this.#write(() => {
      for (const body of bodies) this.#insert.run(execution.id, (execution.seq += 1), body);
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #write(write: () => void): Promise<void> {
    if (this.#waiting.length === 0) setImmediate(() => this.#commit());
    return new Promise((done) => this.#waiting.push({ write, done }));
  }

  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#database.exec("BEGIN IMMEDIATE");
    for (const { write } of batch) write();
    this.#database.exec("COMMIT");
    for (const { done } of batch) done();
  }
}
