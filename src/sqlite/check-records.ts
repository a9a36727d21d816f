import type { DatabaseSync } from "node:sqlite";
import type { IntegrityFinding } from "./check-integrity.ts";
import { isSqliteError } from "./journal-unusable.ts";
import { prepare } from "./prepare.ts";

/** What is JSON in the records, by table and column. */
const DOCUMENTS = [
  ["workflow_versions", "body"],
  ["workflow_requests", "answer"],
  ["pattern_applications", "body"],
  ["machines", "body"],
] as const;

const FINDINGS_MAX = 100;

/** Reads all of the records and says what is wrong with them; none when all is well. They are small beside a journal. */
export function checkRecords(database: DatabaseSync): readonly IntegrityFinding[] {
  try {
    return [...databaseFindings(database), ...referenceFindings(database), ...documentFindings(database)].slice(0, FINDINGS_MAX);
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    return [{ kind: "database", message: `records.db: ${error.message}` }];
  }
}

function databaseFindings(database: DatabaseSync): readonly IntegrityFinding[] {
  const rows = prepare<{ readonly integrity_check: string }>(database, `PRAGMA integrity_check(${FINDINGS_MAX})`).all();
  return rows.flatMap(({ integrity_check: message }) =>
    message === "ok" ? [] : [{ kind: "database", message: `records.db: ${message}` }],
  );
}

function referenceFindings(database: DatabaseSync): readonly IntegrityFinding[] {
  type Row = { readonly table: string; readonly rowid: number; readonly parent: string };
  const lost = prepare<Row>(database, "PRAGMA foreign_key_check")
    .all()
    .map(({ table, rowid, parent }) => `row ${rowid} of ${table} refers to a row of ${parent} that is missing`);
  const without = prepare<{ readonly workflow_id: string }>(
    database,
    `SELECT workflow_id FROM workflows WHERE NOT EXISTS
      (SELECT 1 FROM workflow_versions WHERE workflow = workflows.id AND version = workflows.version) LIMIT ${FINDINGS_MAX}`,
  ).all();
  const versions = without.map(({ workflow_id: id }) => `the current version of the workflow "${id}" is missing`);
  return [...lost, ...versions].map((message) => ({ kind: "reference", message: `records.db: ${message}` }));
}

function documentFindings(database: DatabaseSync): readonly IntegrityFinding[] {
  return DOCUMENTS.flatMap(([table, column]) => {
    const select = `SELECT rowid FROM ${table} WHERE NOT json_valid(${column}) LIMIT ${FINDINGS_MAX}`;
    const rows = prepare<{ readonly rowid: number }>(database, select).all();
    return rows.map(({ rowid }): IntegrityFinding => ({
      kind: "record",
      message: `records.db: the ${column} of row ${rowid} of ${table} is not JSON`,
    }));
  });
}
