import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { present } from "../base/assert.ts";
import type { AuditCheckpoint, AuditFinding, AuditVerdict } from "../model/audit.ts";
import { auditSchemaFaults } from "./audit-file.ts";
import { type HeadFile, readHead } from "./audit-head.ts";
import type { TrustedKeys } from "./audit-key.ts";
import { AuditEnds } from "./audit-tables.ts";
import { type CheckpointChecks, checkpointFinding, checkpointFindings } from "./checkpoint-findings.ts";
import { entryFindings } from "./entry-findings.ts";
import { errorCode } from "./data-directory.ts";
import { isSqliteError } from "./journal-unusable.ts";
import { prepare } from "./prepare.ts";

/** What a log is verified with. */
export interface VerifyOptions {
  readonly directory: string;
  readonly keys: TrustedKeys;
  /** A head that was kept elsewhere. */
  readonly kept?: AuditCheckpoint;
}

// More would tell nobody more.
const FINDINGS_MAX = 100;

/** Rows between two turns of the event loop; a signature takes as long as fifty hashes. */
const ROWS_PER_TURN = 200;

/**
 * Reads the whole log as it is at one moment. `database` is a connection for this alone; it is left within a
 * transaction. Takes some seconds for a million entries.
 */
export async function verifyAudit(database: DatabaseSync, options: VerifyOptions): Promise<AuditVerdict> {
  const findings: AuditFinding[] = [];
  const signed = { seq: 0, takenOver: 0 };
  let counts = { entries: 0, checkpoints: 0 };
  try {
    const ends = new AuditEnds(database);
    const { newest, file } = snapshot(database, ends, options.directory);
    counts = present(prepare<typeof counts>(database, COUNTS).get(), "a count has a row");
    const checks: CheckpointChecks = { keys: options.keys, ends };
    const found = [
      databaseFindings(database),
      entryFindings(database),
      checkpointFindings(database, checks, ({ seq, takenOver }) => {
        signed.seq = Math.max(signed.seq, seq);
        signed.takenOver += takenOver;
      }),
      headFindings(newest, file, checks),
      keptFindings(options.kept, checks),
    ];
    for (const some of found) await collect(some, findings);
  } catch (error) {
    if (isSqliteError(error)) findings.push({ kind: "database", message: error.message });
    else if (errorCode(error) === "ERR_OUT_OF_RANGE")
      findings.push({ kind: "database", message: "it holds a number that was never written" });
    else throw error;
  }
  return { sound: findings.length === 0, findings, ...counts, signedSeq: signed.seq, takenOver: signed.takenOver };
}

/** The verdict when there is no log: that may be so, unless a head says that there was one. */
export function verifyNothing(directory: string, kept: AuditCheckpoint | undefined): AuditVerdict {
  const { head, unreadable } = readHead(directory, undefined);
  const heads = [
    ...(unreadable || head !== undefined ? [{ name: "audit.head", seq: head?.seq ?? 0 }] : []),
    ...(kept === undefined ? [] : [{ name: "the head that was kept elsewhere", seq: kept.seq }]),
  ];
  const findings = heads.map(({ name, seq }): AuditFinding => ({
    kind: "tail",
    seq: 0,
    message: `there is no audit.db, and ${name} shows that there was one, with ${seq} entries`,
  }));
  return { sound: findings.length === 0, findings, entries: 0, checkpoints: 0, signedSeq: 0, takenOver: 0 };
}

const COUNTS = "SELECT (SELECT count(*) FROM entries) AS entries, (SELECT count(*) FROM checkpoints) AS checkpoints";

const SNAPSHOTS_MAX = 10;

/** Begins a transaction that sees the checkpoint of the head, unless there is none: another process may make one in between. */
function snapshot(
  database: DatabaseSync,
  ends: AuditEnds,
  directory: string,
): { readonly newest: AuditCheckpoint | undefined; readonly file: HeadFile } {
  for (let attempt = 1; ; attempt += 1) {
    database.exec("BEGIN");
    const newest = ends.newestCheckpoint();
    const file = readHead(directory, newest);
    if (attempt === SNAPSHOTS_MAX || (file.head?.number ?? 0) <= (newest?.number ?? 0)) return { newest, file };
    database.exec("ROLLBACK");
  }
}

type Findings = Iterable<AuditFinding | undefined>;

async function collect(found: Findings, findings: AuditFinding[]): Promise<void> {
  let rows = 0;
  for (const finding of found) {
    if (finding !== undefined) findings.push(finding);
    if (findings.length >= FINDINGS_MAX) return;
    rows += 1;
    if (rows % ROWS_PER_TURN === 0) await nextTurn();
  }
}

function* databaseFindings(database: DatabaseSync): Findings {
  for (const message of auditSchemaFaults(database)) yield { kind: "database", message };
  for (const { integrity_check: message } of prepare<{ readonly integrity_check: string }>(database, "PRAGMA integrity_check(100)").all()) {
    if (message !== "ok") yield { kind: "database", message };
  }
}

/** The file says the same as the newest checkpoint, or it is older, or it knows of more than there is. */
function* headFindings(newest: AuditCheckpoint | undefined, { head, unreadable }: HeadFile, checks: CheckpointChecks): Findings {
  const wanted = newest === undefined ? "" : `; it must hold checkpoint ${newest.number}`;
  if (unreadable) yield { kind: "head", message: `audit.head does not hold a checkpoint${wanted}` };
  else if (head === undefined) yield newest === undefined ? undefined : { kind: "head", message: `audit.head is missing${wanted}` };
  else if (head.signature !== newest?.signature) {
    const { number, seq } = head;
    yield checkpointFinding(head, "audit.head", checks);
    const ends = newest === undefined ? "there is none" : `the newest is ${newest.number}`;
    const why = number > (newest?.number ?? 0) ? "later ones were taken out" : "the file is an old one or was changed";
    yield { kind: "head", seq, message: `audit.head holds checkpoint ${number}, and ${ends}: ${why}` };
  }
}

function* keptFindings(kept: AuditCheckpoint | undefined, checks: CheckpointChecks): Findings {
  if (kept !== undefined) yield checkpointFinding(kept, "the head that was kept elsewhere", checks);
}
