import type { DatabaseSync } from "node:sqlite";

/** Runs a task with the write lock, all of it or nothing. */
export function inTransaction<T>(database: DatabaseSync, task: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = task();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
