import { DatabaseSync, type StatementSync } from "node:sqlite";

/** One use of a tool, as the server that was asked tells it. */
export interface Use {
  /** The idempotency key of the call. */
  readonly key: string;
  readonly tool: string;
  /** What the caller calls it; the answer repeats it. */
  readonly ref: string;
  readonly replica: string;
}

/** What servers do on purpose, as parts of all calls. */
export interface Weather {
  /** A line that is no message comes before the answer. */
  readonly garbage: number;
  /** The answer takes longer by up to half a second. */
  readonly slow: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS uses (key TEXT, tool TEXT, ref TEXT, replica TEXT, done INTEGER);
  CREATE INDEX IF NOT EXISTS uses_key ON uses (key);
  CREATE INDEX IF NOT EXISTS uses_ref ON uses (ref);
  CREATE TABLE IF NOT EXISTS lives (pid INTEGER, replica TEXT);
  CREATE TABLE IF NOT EXISTS weather (garbage REAL, slow REAL);
`;

/**
 * What was really done to one server: a file that its replicas share, and that outlives whichever of them is killed.
 * A use is in it as soon as it has taken effect, and before anybody is told.
 */
export class StormLedger implements Disposable {
  readonly #database: DatabaseSync;
  readonly #record: StatementSync;
  readonly #recordNew: StatementSync;
  readonly #find: StatementSync;
  readonly #weather: StatementSync;
  readonly #times: StatementSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: 10_000 });
    // What a process has written outlives it also without a flush; the machine is not what fails here.
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    this.#database.exec(SCHEMA);
    this.#record = this.#database.prepare("INSERT INTO uses VALUES (?, ?, ?, ?, 1)");
    this.#recordNew = this.#database.prepare(
      "INSERT INTO uses SELECT ?1, ?2, ?3, ?4, NOT EXISTS (SELECT 1 FROM uses WHERE key = ?1 AND done = 1)",
    );
    this.#find = this.#database.prepare("SELECT key FROM uses WHERE ref = ? AND tool = 'act' AND done = 1 LIMIT 1");
    this.#times = this.#database.prepare("SELECT count(*) AS times FROM uses WHERE key = ? AND tool = ? AND done = 1");
    this.#weather = this.#database.prepare("SELECT garbage, slow FROM weather");
  }

  /** @param once - does it only if nothing was done for the key; then it is only noted that it was asked for again */
  record({ key, tool, ref, replica }: Use, once: boolean): void {
    (once ? this.#recordNew : this.#record).run(key, tool, ref, replica);
  }

  /** Whether the act that the caller calls so has taken effect. */
  happened(ref: string): boolean {
    return this.#find.get(ref) !== undefined;
  }

  weather(): Weather {
    const row = this.#weather.get();
    return { garbage: Number(row?.["garbage"] ?? 0), slow: Number(row?.["slow"] ?? 0) };
  }

  setWeather({ garbage, slow }: Weather): void {
    this.#database.exec("DELETE FROM weather");
    this.#database.prepare("INSERT INTO weather VALUES (?, ?)").run(garbage, slow);
  }

  begin(replica: string, pid: number): void {
    this.#database.prepare("INSERT INTO lives VALUES (?, ?)").run(pid, replica);
  }

  /** The processes that have served as a replica, the newest last. */
  pidsOf(replica: string): readonly number[] {
    const rows = this.#database.prepare("SELECT pid FROM lives WHERE replica = ? ORDER BY rowid").all(replica);
    return rows.map(({ pid }) => Number(pid));
  }

  /** How often a tool did what a key asks for. */
  times(key: string, tool: string): number {
    return Number(this.#times.get(key, tool)?.["times"] ?? 0);
  }

  /** How often each key was used by a tool, and how often that took effect. */
  counts(tool: string): ReadonlyMap<string, { readonly asked: number; readonly done: number }> {
    const rows = this.#database.prepare("SELECT key, count(*) AS asked, sum(done) AS done FROM uses WHERE tool = ? GROUP BY key").all(tool);
    return new Map(rows.map(({ key, asked, done }) => [String(key), { asked: Number(asked), done: Number(done) }]));
  }

  /** How often a probe has said that the act of a key had not happened, before it happened for the first time. */
  deniedBefore(key: string): number {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS times FROM uses, (SELECT min(rowid) AS first, ref AS acted FROM uses WHERE key = ? AND tool = 'act' AND done = 1)
         WHERE tool = 'find' AND ref = acted AND uses.rowid < first`,
      )
      .get(key);
    return Number(row?.["times"] ?? 0);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
