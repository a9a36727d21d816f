import type { DatabaseSync } from "node:sqlite";
import { defined } from "../base/defined.ts";
import type { Outcome } from "../model/execution.ts";
import type { EventFeed, JournaledNote } from "../ports/event-feed.ts";
import type { FaultLatch } from "./fault-latch.ts";
import { type Statement, prepare } from "./prepare.ts";

interface NoteRow {
  readonly position: number;
  readonly execution_id: string;
  readonly workflow_id: string;
  readonly tenant: string | null;
  readonly parent_id: string | null;
  readonly seq: number;
  readonly at_ms: number;
  readonly event: string;
  readonly step: string | null;
  readonly item: number | null;
  readonly role: string | null;
  readonly outcome: Outcome | null;
}

// The members are taken out by SQLite: most of an event is data, which would be parsed and thrown away.
const NOTES = `SELECT event.id AS position, execution.execution_id, execution.workflow_id, execution.tenant, parent.execution_id AS parent_id,
  event.seq, event.at_ms, event.body ->> '$.type' AS event, coalesce(event.body ->> '$.step', event.body ->> '$.call.step') AS step,
  event.body ->> '$.call.item' AS item, event.body ->> '$.call.role' AS role, event.body ->> '$.outcome' AS outcome
  FROM events AS event JOIN executions AS execution ON execution.id = event.execution
  LEFT JOIN executions AS parent ON parent.id = execution.parent`;

/** The events of a journal in one row, by the numbers of their rows. */
export class SqliteEventFeed implements EventFeed {
  readonly #latch: FaultLatch;
  readonly #newest: Statement<{ readonly position: number }>;
  readonly #after: Statement<NoteRow>;
  readonly #afterOf: Statement<NoteRow>;

  constructor(database: DatabaseSync, latch: FaultLatch) {
    this.#latch = latch;
    this.#newest = prepare(database, NEWEST_POSITION);
    this.#after = prepare(database, `${NOTES} WHERE event.id > ? ORDER BY event.id LIMIT ?`);
    this.#afterOf = prepare(database, `${NOTES} WHERE event.id > ? AND execution.execution_id = ? ORDER BY event.seq LIMIT ?`);
  }

  newest(): number {
    return this.#latch.run(() => this.#newest.get()?.position ?? 0);
  }

  after(position: number, limit: number, executionId?: string): readonly JournaledNote[] {
    const rows = this.#latch.run(() =>
      executionId === undefined ? this.#after.all(position, limit) : this.#afterOf.all(position, executionId, limit),
    );
    return rows.map(noteOf);
  }
}

/** The greatest number that an event has or had. */
export const NEWEST_POSITION = "SELECT max(coalesce((SELECT max(id) FROM events), 0), (SELECT event FROM last_swept)) AS position";

function noteOf(row: NoteRow): JournaledNote {
  const { position, seq, event } = row;
  return {
    position,
    executionId: row.execution_id,
    workflowId: row.workflow_id,
    seq,
    atMs: row.at_ms,
    event,
    ...defined({
      tenant: row.tenant ?? undefined,
      parentId: row.parent_id ?? undefined,
      step: row.step ?? undefined,
      item: row.item ?? undefined,
      role: row.role ?? undefined,
      outcome: row.outcome ?? undefined,
    }),
  };
}
