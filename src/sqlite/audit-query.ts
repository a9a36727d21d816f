import type { DatabaseSync } from "node:sqlite";
import { TuttiError } from "../model/errors.ts";
import type { AuditPage, AuditQuery, RecordedEntry } from "../model/audit.ts";
import { decodeEntry } from "./audit-row.ts";
import type { BoundSql } from "./list-query.ts";
import { prepare } from "./prepare.ts";
import { UnreadableRow } from "./stored-json.ts";

/**
 * The entries of a page, and whether there are more.
 *
 * @throws TuttiError `input.invalid` - the cursor is none of ours
 * @throws UnreadableRow
 */
export function queryAudit(database: DatabaseSync, query: AuditQuery): AuditPage {
  const { sql, parameters } = entriesSql(query);
  const rows = prepare<Row>(database, sql).all(...parameters);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    entries: page.map(readRow),
    ...(last !== undefined && rows.length > page.length && { nextCursor: String(last.seq) }),
  };
}

interface Row {
  readonly seq: number;
  readonly at_ms: number;
  readonly entry: string;
}

/** The last moment that a date can be. */
const MOMENT_MAX_MS = 8.64e15;

function readRow({ seq, at_ms: atMs, entry }: Row): RecordedEntry {
  if (Math.abs(atMs) > MOMENT_MAX_MS) throw new UnreadableRow(`the entry ${seq} has no moment`);
  return { seq, atMs, ...decodeEntry(entry, `the entry ${seq}`) };
}

/** The columns that are compared with a member of the query. */
const COMPARED = {
  request_id: "requestId",
  workflow_id: "workflowId",
  trace_id: "traceId",
  tenant: "tenant",
  user_id: "userId",
  action: "action",
} as const satisfies Readonly<Record<string, keyof AuditQuery>>;

function entriesSql(query: AuditQuery): BoundSql {
  const wanted: (readonly [string, string | number])[] = [];
  for (const [column, member] of Object.entries(COMPARED)) {
    const value = query[member];
    if (value !== undefined) wanted.push([`${column} = ?`, value]);
  }
  if (query.executionId !== undefined) {
    wanted.push(["execution_id >= ?", query.executionId], ["execution_id < ? || char(0x10ffff)", query.executionId]);
  }
  if (query.sinceMs !== undefined) wanted.push(["at_ms >= ?", query.sinceMs]);
  if (query.untilMs !== undefined) wanted.push(["at_ms < ?", query.untilMs]);
  if (query.cursor !== undefined) wanted.push([query.oldestFirst === true ? "seq > ?" : "seq < ?", parseCursor(query.cursor)]);
  // As it is written in the index of refusals.
  const decision = query.decision === undefined ? [] : [query.decision === "denied" ? "decision = 'denied'" : "decision = 'allowed'"];
  const conditions = [...wanted.map(([condition]) => condition), ...decision];
  return {
    sql: `SELECT seq, at_ms, entry FROM entries${conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`}
      ORDER BY seq ${query.oldestFirst === true ? "ASC" : "DESC"} LIMIT ?`,
    parameters: [...wanted.map(([, value]) => value), query.limit + 1],
  };
}

function parseCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  const problem = `the cursor "${cursor}" is not one that a list has given`;
  throw new TuttiError("input.invalid", problem, { problems: [problem] });
}
