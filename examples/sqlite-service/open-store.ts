import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Store } from "./service.ts";
import { inTransaction } from "./transaction.ts";

/** The answer to each call that changed something, so that the same call is answered again and does nothing more. */
const ANSWERS = `
CREATE TABLE answers (
  tenant TEXT NOT NULL,
  key TEXT NOT NULL,
  tool TEXT NOT NULL,
  arguments TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;`;

/** Opens the file of a store in a directory, and fills it when it is new. Without a directory it is in memory. */
export function openStore(store: Store, directory: string | undefined): DatabaseSync {
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  const path = directory === undefined ? ":memory:" : join(directory, `${store.name}.db`);
  // Another service may be making the same file just now.
  const database = new DatabaseSync(path, { timeout: 10_000 });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  inTransaction(database, () => {
    if (database.prepare("PRAGMA user_version").get()?.["user_version"] !== 0) return;
    database.exec(`${ANSWERS}${store.schema} PRAGMA user_version = 1`);
    store.seed(database);
  });
  return database;
}
