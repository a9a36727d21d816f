import type { DatabaseSync } from "node:sqlite";
import { journalUnusable } from "./journal-unusable.ts";
import type { Migration } from "./migrations.ts";
import { prepare } from "./prepare.ts";
import { contentHash } from "./stored-json.ts";
import { inTransaction } from "./transaction.ts";

const TABLE = `
CREATE TABLE IF NOT EXISTS migrations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  applied_at_ms INTEGER NOT NULL
) STRICT`;

interface Applied {
  readonly id: number;
  readonly name: string;
  readonly sha256: string;
}

/**
 * Brings the schema up to date, in one transaction: all of it or nothing.
 *
 * @throws TuttiError `journal.unusable` - `newer` when the file knows steps that we do not, `foreign` when a step that
 * was applied is not the one that we know
 */
export function migrate(database: DatabaseSync, path: string, migrations: readonly Migration[], nowMs: number): void {
  inTransaction(database, () => {
    database.exec(TABLE);
    const missing = missingMigrations(database, path, migrations);
    const record = prepare(database, "INSERT INTO migrations (id, name, sha256, applied_at_ms) VALUES (?, ?, ?, ?)");
    for (const { id, name, sql } of missing) {
      database.exec(sql);
      record.run(id, name, contentHash(sql), nowMs);
    }
  });
}

/**
 * The steps that a file still lacks. The table of migrations must be there.
 *
 * @throws TuttiError `journal.unusable` - as `migrate`
 */
export function missingMigrations(database: DatabaseSync, path: string, migrations: readonly Migration[]): readonly Migration[] {
  const applied = prepare<Applied>(database, "SELECT id, name, sha256 FROM migrations ORDER BY id").all();
  for (const [place, step] of applied.entries()) {
    const known = migrations[place];
    if (known === undefined) throw journalUnusable(path, "newer", { detail: `it has the schema "${step.id} ${step.name}"` });
    if (step.id !== known.id || step.sha256 !== contentHash(known.sql)) {
      throw journalUnusable(path, "foreign", { detail: `its schema "${step.id} ${step.name}" is not the one of this version` });
    }
  }
  return migrations.slice(applied.length);
}
