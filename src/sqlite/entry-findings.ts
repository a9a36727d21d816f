import type { DatabaseSync } from "node:sqlite";
import type { AuditEntry, AuditFinding } from "../model/audit.ts";
import { FIRST_HASH, entryHash } from "./audit-chain.ts";
import { COPIED_COLUMNS, decodeEntry } from "./audit-row.ts";
import { UnreadableRow } from "./stored-json.ts";

/** A row as whoever could write the file has left it: numbers may have any size. */
interface Row extends Readonly<Record<keyof typeof COPIED_COLUMNS, string | null>> {
  readonly seq: bigint;
  readonly at_ms: bigint;
  readonly writer: string;
  readonly entry: string;
  readonly previous_hash: string;
  readonly hash: string;
}

/** What is wrong with the entries and their chain, oldest first. Yields once for every entry. */
export function* entryFindings(database: DatabaseSync): Generator<AuditFinding | undefined> {
  const statement = database.prepare("SELECT * FROM entries ORDER BY seq");
  statement.setReadBigInts(true);
  let before = { seq: 0n, hash: FIRST_HASH };
  for (const row of statement.iterate() as unknown as IterableIterator<Row>) {
    yield linkFinding(row, before);
    yield* contentFindings(row);
    before = row;
  }
}

function linkFinding(row: Row, before: Pick<Row, "seq" | "hash">): AuditFinding | undefined {
  const expected = before.seq + 1n;
  const seq = Number(row.seq);
  if (row.seq < expected) return { kind: "chain", seq, message: `there is an entry ${row.seq}, and the first has the number 1` };
  if (row.seq > expected) {
    const missing = row.seq - expected === 1n ? `entry ${expected} is` : `entries ${expected} to ${row.seq - 1n} are`;
    return { kind: "gap", seq: Number(expected), message: `${missing} missing` };
  }
  if (row.previous_hash === before.hash) return undefined;
  const follows = before.seq === 0n ? "is not the first of this log" : `does not follow entry ${before.seq} as it is now`;
  return {
    kind: "chain",
    seq,
    message: `entry ${row.seq} ${follows}: the entry before it must have the hash ${short(row.previous_hash)}, and has ${short(before.hash)}`,
  };
}

function* contentFindings(row: Row): Generator<AuditFinding> {
  const { seq, writer, entry, previous_hash: previousHash, hash } = row;
  const actual = entryHash({ seq, atMs: row.at_ms, writer, previousHash, entry });
  if (actual !== hash) {
    const message = `entry ${seq} is not what was written: it must have the hash ${short(hash)}, and has ${short(actual)}`;
    yield { kind: "entry", seq: Number(seq), message };
    return;
  }
  const message = columnFault(row);
  if (message !== undefined) yield { kind: "entry", seq: Number(seq), message };
}

function columnFault(row: Row): string | undefined {
  const what = `entry ${row.seq}`;
  let entry: AuditEntry;
  try {
    entry = decodeEntry(row.entry, what);
  } catch (error) {
    if (error instanceof UnreadableRow) return error.message;
    throw error;
  }
  const columns = Object.entries(COPIED_COLUMNS) as [keyof typeof COPIED_COLUMNS, (typeof COPIED_COLUMNS)[keyof typeof COPIED_COLUMNS]][];
  const wrong = columns.filter(([column, member]) => (row[column] ?? undefined) !== entry[member]);
  if (wrong.length === 0) return undefined;
  const faults = wrong.map(
    ([column, member]) => `${quoted(row[column])} in the column ${column}, and ${quoted(entry[member])} was written`,
  );
  return `${what} has ${faults.join("; ")}`;
}

function quoted(text: string | null | undefined): string {
  return text === null || text === undefined ? "nothing" : JSON.stringify(text.slice(0, 100));
}

/** Enough to find it; whoever compares all of it needs no message. */
function short(hash: string): string {
  return `${hash.slice(0, 12)}…`;
}
