import type { DatabaseSync } from "node:sqlite";
import type { AuditCheckpoint, AuditFinding } from "../model/audit.ts";
import { isSignedBy } from "./audit-checkpoint.ts";
import type { TrustedKeys } from "./audit-key.ts";
import { type CheckpointRow, toCheckpoint } from "./audit-row.ts";
import type { AuditEnds } from "./audit-tables.ts";

/** What checkpoints are compared with. */
export interface CheckpointChecks {
  readonly keys: TrustedKeys;
  readonly ends: AuditEnds;
}

/**
 * What is wrong with the checkpoints, oldest first. Yields once for every checkpoint.
 *
 * @param good - is told those with nothing wrong
 */
export function* checkpointFindings(
  database: DatabaseSync,
  checks: CheckpointChecks,
  good: (checkpoint: AuditCheckpoint) => void,
): Generator<AuditFinding | undefined> {
  let expected = 1;
  for (const checkpoint of checkpoints(database)) {
    const { number } = checkpoint;
    if (number !== expected) yield { kind: "checkpoint", seq: checkpoint.seq, message: missing(expected, number - 1) };
    expected = number + 1;
    const finding = checkpointFinding(checkpoint, `checkpoint ${number}`, checks);
    if (finding === undefined) good(checkpoint);
    yield finding;
  }
  if (expected === 1) yield { kind: "checkpoint", message: "there is no checkpoint: nothing in the log is signed" };
}

/** What is wrong with one, by itself and compared with the entries. @param name - "checkpoint 7" */
export function checkpointFinding(checkpoint: AuditCheckpoint, name: string, { keys, ends }: CheckpointChecks): AuditFinding | undefined {
  const { seq, hash, keyId } = checkpoint;
  const key = keys.get(keyId);
  if (key === undefined) {
    const trusted = [...keys.keys()].join(", ");
    return {
      kind: "key",
      seq,
      message: `${name} was signed with the key ${keyId.slice(0, 64)}, which is not trusted; trusted is ${trusted}`,
    };
  }
  if (!isSignedBy(checkpoint, key))
    return { kind: "checkpoint", seq, message: `${name} is forged or was changed: its signature does not fit` };
  const actual = ends.hashOf(seq);
  if (actual === hash) return undefined;
  const last = ends.lastEntry().seq;
  if (seq > last)
    return { kind: "tail", seq: last, message: `the log ends with entry ${last}, and there was an entry ${seq}, as ${name} says` };
  const message = `the entries up to ${seq} are not those of which ${name} was made: one or several of them were changed or taken out`;
  return { kind: "checkpoint", seq, message };
}

function* checkpoints(database: DatabaseSync): Generator<AuditCheckpoint> {
  const statement = database.prepare("SELECT * FROM checkpoints ORDER BY number");
  statement.setReadBigInts(true);
  for (const row of statement.iterate()) {
    // Whoever could write the file may have left numbers of any size; such a checkpoint has no valid signature.
    const numbers = Object.entries(row).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]);
    yield toCheckpoint(Object.fromEntries(numbers) as CheckpointRow);
  }
}

function missing(first: number, last: number): string {
  if (last < first) return `there is a checkpoint ${last + 1}, and the first has the number 1`;
  return first === last ? `checkpoint ${first} is missing` : `checkpoints ${first} to ${last} are missing`;
}
