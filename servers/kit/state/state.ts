import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Json, ToolError } from "tutti/server";

/*
 * S1. What a call changes and the memory that it did are in one transaction: neither is there without the other.
 * S2. A key belongs to one call: the same key with other arguments is refused, never answered.
 */

/** The SQLite file in which a server keeps what its tools change, and what it has answered. Disposing closes it. */
export interface State extends Disposable {
  readonly database: DatabaseSync;
  /** All of it is done, or nothing. Takes the write lock at once; inside of another transaction it is a part of that one. */
  readonly transaction: <T>(work: () => T) => T;
  /** What the call was answered when it came first. @throws ToolError - the key belongs to another call (S2) */
  known(call: KeyedCall): Json | undefined;
  /** Keeps the answer to a call. To be called in the transaction that does what the call asks (S1). */
  remember(call: KeyedCall, answer: Json): void;
}

/** A call that carries an idempotency key. */
export interface KeyedCall {
  /** `tenant/tool/key`, as the envelope server makes it. */
  readonly key: string;
  readonly arguments: Json;
}

export interface StateOptions {
  /** Of the SQLite file; its folder is made. `:memory:` for one that ends with the process. */
  readonly path: string;
  /** The statements that make a new file what the newest one is: each is run once, in order. Only ever append to them. */
  readonly schema: readonly string[];
}

const ANSWERS = `CREATE TABLE answers (
  key TEXT PRIMARY KEY, arguments TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL DEFAULT (datetime('now'))
) STRICT, WITHOUT ROWID;`;

/** No execution asks again after so long, and answers would else fill the disk. */
const ANSWER_DAYS = 30;

/**
 * Opens the file, and forgets what was answered more than 30 days ago.
 *
 * @throws Error - the file is none of SQLite, or a newer version of the server has written it
 */
export function openState({ path, schema }: StateOptions): State {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const database = openFile(path);
  const transaction = <T>(work: () => T): T => inTransaction(database, work);
  transaction(() => {
    migrate(database, [ANSWERS, ...schema], path);
    database.exec(`DELETE FROM answers WHERE at < datetime('now', '-${ANSWER_DAYS} days')`);
  });
  const find = database.prepare("SELECT arguments, answer FROM answers WHERE key = ?");
  const keep = database.prepare("INSERT INTO answers (key, arguments, answer) VALUES (?, ?, ?)");
  return {
    database,
    transaction,
    known(call) {
      const row = find.get(call.key);
      if (row === undefined) return undefined;
      if (row["arguments"] !== fingerprint(call.arguments)) {
        throw new ToolError("this idempotency key belongs to a call with other arguments", { type: "Validation" });
      }
      return JSON.parse(String(row["answer"])) as Json;
    },
    remember: (call, answer) => void keep.run(call.key, fingerprint(call.arguments), JSON.stringify(answer)),
    [Symbol.dispose]: () => database.close(),
  };
}

function openFile(path: string): DatabaseSync {
  try {
    // Another process may be making the same file just now.
    const database = new DatabaseSync(path, { timeout: 10_000 });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    return database;
  } catch (error) {
    throw new Error(`${path} cannot be used: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function migrate(database: DatabaseSync, schema: readonly string[], path: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > schema.length) throw new Error(`${path} was written by a newer version of this server`);
  for (const statements of schema.slice(version)) database.exec(statements);
  database.exec(`PRAGMA user_version = ${schema.length}`);
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work();
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function fingerprint(value: Json): string {
  return createHash("sha256")
    .update(JSON.stringify(inOrder(value)))
    .digest("base64url");
}

/** The same whatever order the keys of objects came in. */
function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, part]) => [key, inOrder(part)]),
  );
}
