import type { DatabaseSync } from "node:sqlite";

/** All of it is done, or nothing. Takes the write lock at once, so that what was read stays true until the end. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
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
