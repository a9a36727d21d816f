import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/**
 * The least that makes the same events durable on SQLite: one table, one prepared insert, one flushed transaction for
 * all writes of a turn of the event loop. It checks nothing, indexes nothing and can tell nothing about an execution.
 */
export class BareJournal implements Disposable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  #waiting: { readonly execution: number; readonly bodies: readonly string[]; readonly done: () => void }[] = [];

  constructor(directory: string) {
    this.#database = new DatabaseSync(join(directory, "bare.db"));
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE events (execution INTEGER, body TEXT)");
    this.#insert = this.#database.prepare("INSERT INTO events VALUES (?, ?)");
  }

  /** Resolves when the events are durable. */
  append(execution: number, bodies: readonly string[]): Promise<void> {
    if (this.#waiting.length === 0) setImmediate(() => this.#commit());
    return new Promise((done) => this.#waiting.push({ execution, bodies, done }));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#database.exec("BEGIN IMMEDIATE");
    for (const { execution, bodies } of batch) for (const body of bodies) this.#insert.run(execution, body);
    this.#database.exec("COMMIT");
    for (const { done } of batch) done();
  }
}
