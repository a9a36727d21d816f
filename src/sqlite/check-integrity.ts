import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { canonicalJson } from "../base/json.ts";
import { decodeEvent } from "./event-row.ts";
import { isSqliteError } from "./journal-unusable.ts";
import { prepare } from "./prepare.ts";
import { UnreadableRow, contentHash, parseStored } from "./stored-json.ts";

/** Something that is wrong in a journal, or in the records beside it. */
export interface IntegrityFinding {
  readonly kind: "database" | "reference" | "sequence" | "event" | "plan" | "blob" | "record";
  readonly message: string;
  readonly executionId?: string;
}

// More would tell nobody more.
const FINDINGS_MAX = 100;

const ROWS_PER_TURN = 500;

/**
 * Reads the whole journal and says what is wrong with it, at most 100 findings; none when all is well. `database` is a
 * connection for this alone; it is left within a transaction. SQLite's own check is one long step on this thread, about
 * a second for each gigabyte; the rest lets others run.
 */
export async function checkIntegrity(database: DatabaseSync): Promise<readonly IntegrityFinding[]> {
  const findings: IntegrityFinding[] = [];
  try {
    database.exec("BEGIN");
    for (const check of [databaseFindings, referenceFindings, sequenceFindings, eventFindings, contentFindings]) {
      if (await collect(check(database), findings)) break;
    }
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    findings.push({ kind: "database", message: error.message });
  }
  return findings;
}

/** Each check yields once for every row it looks at, so that others can run in between. */
type Findings = Generator<IntegrityFinding | undefined>;

/** Returns true when there are enough findings. */
async function collect(found: Findings, findings: IntegrityFinding[]): Promise<boolean> {
  let rows = 0;
  for (const finding of found) {
    if (finding !== undefined) findings.push(finding);
    if (findings.length >= FINDINGS_MAX) return true;
    rows += 1;
    if (rows % ROWS_PER_TURN === 0) await nextTurn();
  }
  return false;
}

function* databaseFindings(database: DatabaseSync): Findings {
  for (const { integrity_check: message } of prepare<{ readonly integrity_check: string }>(database, "PRAGMA integrity_check(100)").all()) {
    if (message !== "ok") yield { kind: "database", message };
  }
}

function* referenceFindings(database: DatabaseSync): Findings {
  type Row = { readonly table: string; readonly rowid: number; readonly parent: string };
  for (const { table, rowid, parent } of prepare<Row>(database, "PRAGMA foreign_key_check").iterate()) {
    yield { kind: "reference", message: `row ${rowid} of ${table} refers to a row of ${parent} that is missing` };
  }
  const lost = `SELECT DISTINCT execution FROM events
    WHERE execution NOT IN (SELECT id FROM executions) AND execution NOT IN (SELECT execution FROM removals)`;
  for (const { execution } of prepare<{ readonly execution: number }>(database, lost).iterate()) {
    yield { kind: "reference", message: `there are events of an execution ${execution}, which is missing` };
  }
}

function* sequenceFindings(database: DatabaseSync): Findings {
  type Row = {
    readonly execution_id: string;
    readonly last_seq: number | null;
    readonly first: number | null;
    readonly last: number | null;
    readonly count: number;
  };
  const sql = `SELECT execution.execution_id, execution.last_seq, min(event.seq) AS first, max(event.seq) AS last, count(event.seq) AS count
    FROM executions AS execution LEFT JOIN events AS event ON event.execution = execution.id GROUP BY execution.id`;
  for (const { execution_id: executionId, last_seq: end, first, last, count } of prepare<Row>(database, sql).iterate()) {
    // How far one goes that has not ended is known from its events alone.
    const expected = end ?? last ?? 1;
    const whole = first === 1 && last === expected && count === expected;
    const found = count === 0 ? "no events" : `${count} events from ${first} to ${last}`;
    const message = `it has ${found}, and should have those from 1 to ${expected}`;
    yield whole ? undefined : { kind: "sequence", executionId, message };
  }
}

function* eventFindings(database: DatabaseSync): Findings {
  type Row = {
    readonly execution_id: string;
    readonly seq: number;
    readonly body: string;
    readonly blob_member: string | null;
  };
  const sql = `SELECT execution.execution_id, event.seq, event.body, event.blob_member
    FROM executions AS execution JOIN events AS event ON event.execution = execution.id ORDER BY event.id`;
  for (const { execution_id: executionId, seq, body, blob_member } of prepare<Row>(database, sql).iterate()) {
    const message = finding(() => {
      // The blob is looked at by its hash.
      const event = decodeEvent({ body, blob_member, blob_body: blob_member === null ? null : "null" });
      return event.seq === seq ? undefined : `the event ${seq} says that it is ${event.seq}`;
    });
    yield message === undefined ? undefined : { kind: "event", executionId, message };
  }
}

function* contentFindings(database: DatabaseSync): Findings {
  type Row = { readonly hash: string; readonly body: string };
  for (const { hash, body } of prepare<Row>(database, "SELECT hash, body FROM plans").iterate()) {
    const message = finding(() => differs(hash, canonicalJson(parseStored(body, `the plan ${hash}`))));
    yield message === undefined ? undefined : { kind: "plan", message };
  }
  for (const { hash, body } of prepare<Row>(database, "SELECT hash, body FROM blobs").iterate()) {
    const message = differs(hash, body);
    yield message === undefined ? undefined : { kind: "blob", message };
  }
}

function differs(hash: string, text: string): string | undefined {
  const actual = contentHash(text);
  return actual === hash ? undefined : `what is kept as ${hash} has the hash ${actual}`;
}

function finding(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch (error) {
    if (error instanceof UnreadableRow) return error.message;
    throw error;
  }
}
