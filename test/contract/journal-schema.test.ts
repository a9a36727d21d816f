import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { openAuditFile } from "../../src/sqlite/audit-file.ts";
import { openDatabase } from "../../src/sqlite/open-database.ts";
import { Records } from "../../src/sqlite/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

// Whoever changes this adds a migration: journals of this schema are on the disks of users.
test("the schema of the journal is the one in journal-schema.sql", async () => {
  using temporary = temporaryDirectory();
  using database = openDatabase(join(temporary.path, "journal.db"), 0);
  await expect(schemaOf(database)).toMatchFileSnapshot("journal-schema.sql");
});

// The same goes for audit logs, which also others verify.
test("the schema of the audit log is the one in audit-schema.sql", async () => {
  using temporary = temporaryDirectory();
  using database = openAuditFile(join(temporary.path, "audit.db"), 0);
  await expect(schemaOf(database)).toMatchFileSnapshot("audit-schema.sql");
});

// And for what is kept beside them.
test("the schema of the records is the one in records-schema.sql", async () => {
  using temporary = temporaryDirectory();
  using records = new Records({ directory: temporary.path, clock: systemClock });
  await expect(records.read(schemaOf)).toMatchFileSnapshot("records-schema.sql");
});

function schemaOf(database: DatabaseSync): string {
  const statements = database.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").all();
  const settings = ["application_id", "auto_vacuum"].map(
    (name) => `PRAGMA ${name} = ${Number(database.prepare(`PRAGMA ${name}`).get()?.[name])};\n`,
  );
  return [...settings, ...statements.map(({ sql }) => `\n${String(sql)};\n`)].join("");
}
