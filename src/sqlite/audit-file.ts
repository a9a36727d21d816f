import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Migration } from "./migrations.ts";
import { type StoreKind, openStore, openStoreReader } from "./open-store.ts";
import { prepare } from "./prepare.ts";

/**
 * NORMAL: a commit survives the death of the process, and is flushed with the next checkpoint, which is made under FULL.
 * The pages of readers stay few, because entries are only ever added.
 */
const PRAGMAS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA fullfsync = ON;
PRAGMA journal_size_limit = 16777216;`;

// The triggers are against accidents: whoever means harm drops them, and is found by the hashes and signatures.
//
// The columns beside `entry` repeat what is in it, for queries; `tutti audit verify` compares them. There is no index of
// tenants and none of users: with the two an entry takes twice as long to write, and without them a million are looked
// through in a second.
const FIRST = `
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  writer TEXT NOT NULL,
  entry TEXT NOT NULL,
  action TEXT NOT NULL,
  decision TEXT NOT NULL,
  tenant TEXT,
  user_id TEXT,
  request_id TEXT,
  trace_id TEXT,
  execution_id TEXT,
  workflow_id TEXT,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX entries_by_request ON entries (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX entries_by_trace ON entries (trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX entries_by_execution ON entries (execution_id) WHERE execution_id IS NOT NULL;
CREATE INDEX entries_by_workflow ON entries (workflow_id) WHERE workflow_id IS NOT NULL;
CREATE INDEX entries_denied ON entries (seq) WHERE decision = 'denied';

CREATE TABLE checkpoints (
  number INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  taken_over INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;

CREATE TRIGGER entries_follow BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
BEGIN SELECT RAISE(ABORT, 'entries of the audit log follow one another'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never removed'); END;
CREATE TRIGGER entries_are_final BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed'); END;
CREATE TRIGGER checkpoints_follow BEFORE INSERT ON checkpoints
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM checkpoints)
BEGIN SELECT RAISE(ABORT, 'checkpoints of the audit log follow one another'); END;
CREATE TRIGGER checkpoints_stay BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints of the audit log are never removed'); END;
CREATE TRIGGER checkpoints_are_final BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints of the audit log are never changed'); END;
`;

const MIGRATIONS: readonly Migration[] = [{ id: 1, name: "audit", sql: FIRST }];

/** Marked with the letters "TutA". */
const AUDIT: StoreKind = { applicationId: 0x54757441, migrations: MIGRATIONS, creation: "PRAGMA auto_vacuum = NONE", pragmas: PRAGMAS };

/** The audit log of a data directory. */
export function auditPath(directory: string): string {
  return join(directory, "audit.db");
}

/** Opens the file for writing, and makes it if it is not there. @throws TuttiError `journal.unusable` */
export function openAuditFile(path: string, nowMs: number): DatabaseSync {
  return openStore(AUDIT, { path, nowMs });
}

/** Opens the file for reading; undefined when there is none yet. @throws TuttiError `journal.unusable` */
export function openAuditFileReader(path: string): DatabaseSync | undefined {
  return openStoreReader(AUDIT, path);
}

/**
 * What of the tables, indexes and triggers is not as it was made. A trigger that somebody puts in can swallow entries,
 * and nothing in the entries that are there would show it.
 */
export function auditSchemaFaults(database: DatabaseSync): readonly string[] {
  const made = (schemaAsMade ??= makeSchema());
  const found = schemaOf(database);
  const names = [...new Set([...made.keys(), ...found.keys()])].filter((name) => made.get(name) !== found.get(name));
  return names.map(
    (name) => `${name.slice(0, 100)} ${made.has(name) ? (found.has(name) ? "was changed" : "was taken out") : "was put in"}`,
  );
}

let schemaAsMade: ReadonlyMap<string, string | null> | undefined;

function makeSchema(): ReadonlyMap<string, string | null> {
  using database = new DatabaseSync(":memory:");
  for (const { sql } of MIGRATIONS) database.exec(sql);
  return schemaOf(database);
}

/** By kind and name. Statistics of SQLite's own, and what the file says of its version, are not a part of it. */
function schemaOf(database: DatabaseSync): ReadonlyMap<string, string | null> {
  const rows = prepare<{ readonly name: string; readonly sql: string | null }>(
    database,
    `SELECT 'the ' || type || ' ' || json_quote(name) AS name, sql FROM sqlite_schema
    WHERE type <> 'table' OR (name <> 'migrations' AND name NOT LIKE 'sqlite_stat%')`,
  ).all();
  return new Map(rows.map(({ name, sql }) => [name, sql]));
}
