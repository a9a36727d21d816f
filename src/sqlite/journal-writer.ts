import type { DatabaseSync } from "node:sqlite";
import { assert, present } from "../base/assert.ts";
import type { ExecutionEvent } from "../model/event.ts";
import type { Plan } from "../model/plan.ts";
import type { NewExecution } from "../ports/journal.ts";
import type { EventRow } from "./event-row.ts";
import { type ListedState, outcomeOf, stateAfter } from "./listed-state.ts";
import { type Statement, prepare } from "./prepare.ts";
import { NEWEST_POSITION } from "./sqlite-event-feed.ts";

/** What the next append to an execution continues. */
interface Head {
  readonly id: number;
  readonly last_seq: number;
  readonly state: ListedState;
}

interface Id {
  readonly id: number;
}

/** Makes the rows of events and executions, within a transaction of the caller. Checks first, then changes. */
export class JournalWriter {
  readonly #newestPosition: Statement<{ readonly position: number }>;
  readonly #headOf: Statement<Head>;
  readonly #byRequestKey: Statement<{ readonly execution_id: string }>;
  readonly #planOf: Statement<Id>;
  readonly #insertPlan: Statement<Id>;
  readonly #insertExecution: Statement<Id>;
  readonly #insertEvent: Statement<never>;
  readonly #blobOf: Statement<Id>;
  readonly #insertBlob: Statement<Id>;
  readonly #changeState: Statement<never>;
  readonly #end: Statement<never>;
  /** Of unfinished executions only. */
  readonly #heads = new Map<string, Head>();
  /** The number of the newest event. It is counted here, because SQLite would use the last ones again once they are pruned. */
  #position: number | undefined;

  constructor(database: DatabaseSync) {
    this.#newestPosition = prepare(database, NEWEST_POSITION);
    this.#headOf = prepare(
      database,
      `SELECT id, state, coalesce(last_seq, (SELECT max(seq) FROM events WHERE execution = executions.id)) AS last_seq
      FROM executions WHERE execution_id = ?`,
    );
    this.#byRequestKey = prepare(database, "SELECT execution_id FROM executions WHERE request_key = ?");
    this.#planOf = prepare(database, "SELECT id FROM plans WHERE hash = ?");
    this.#insertPlan = prepare(database, "INSERT INTO plans (hash, body) VALUES (?, ?) RETURNING id");
    this.#insertExecution = prepare(
      database,
      `INSERT INTO executions (execution_id, request_key, workflow_id, pattern, plan, parent, tenant, state, started_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'executing', ?) RETURNING id`,
    );
    this.#insertEvent = prepare(
      database,
      "INSERT INTO events (id, execution, seq, at_ms, body, blob_member, blob) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#blobOf = prepare(database, "SELECT id FROM blobs WHERE hash = ?");
    this.#insertBlob = prepare(database, "INSERT INTO blobs (hash, body) VALUES (?, ?) RETURNING id");
    this.#changeState = prepare(database, "UPDATE executions SET state = ? WHERE id = ?");
    this.#end = prepare(
      database,
      "UPDATE executions SET state = ?, ended_at_ms = coalesce(ended_at_ms, ?), last_seq = ?, updated_at_ms = ? WHERE id = ?",
    );
  }

  create(start: NewExecution, row: EventRow): { readonly executionId: string; readonly created: boolean } {
    const first = start.requestKey === undefined ? undefined : this.#byRequestKey.get(start.requestKey);
    if (first !== undefined) return { executionId: first.execution_id, created: false };
    const { executionId, event } = start;
    if (this.#head(executionId) !== undefined) return { executionId, created: false };
    assert(event.seq === 1, "an execution begins with the event 1");
    const parent = event.parent === undefined ? null : present(this.#head(event.parent.executionId), "a child begins after its parent").id;
    const plan = this.#plan(event.planHash, start.plan);
    const { requestKey = null } = start;
    const { pattern = "" } = start.plan.workflow;
    const tenant = event.meta?.tenant ?? null;
    const inserted = this.#insertExecution.get(executionId, requestKey, event.workflowId, pattern, plan, parent, tenant, event.atMs);
    const { id } = present(inserted, "an insert returns its row");
    this.#heads.set(executionId, { id, last_seq: 1, state: "executing" });
    this.#event(id, row);
    return { executionId, created: true };
  }

  append(executionId: string, events: readonly ExecutionEvent[], rows: readonly EventRow[]): void {
    const head = this.#head(executionId);
    assert(head !== undefined, `there is no execution "${executionId}" to append to`);
    events.forEach(({ seq }, place) =>
      assert(seq === head.last_seq + 1 + place, `the event ${seq} of "${executionId}" follows ${head.last_seq + place}`),
    );
    for (const row of rows) this.#event(head.id, row);
    this.#advance(executionId, head, events);
  }

  #advance(executionId: string, head: Head, events: readonly ExecutionEvent[]): void {
    const last = present(events.at(-1), "an append has an event");
    const state = events.reduce<ListedState>(stateAfter, head.state);
    if (outcomeOf(state) !== undefined) {
      const end = events.find((event) => event.type === "execution-ended");
      this.#end.run(state, end?.atMs ?? null, last.seq, last.atMs, head.id);
      this.#heads.delete(executionId);
      return;
    }
    if (state !== head.state) this.#changeState.run(state, head.id);
    this.#heads.set(executionId, { id: head.id, last_seq: last.seq, state });
  }

  #head(executionId: string): Head | undefined {
    return this.#heads.get(executionId) ?? this.#headOf.get(executionId);
  }

  #plan(hash: string, plan: Plan): number {
    const known = this.#planOf.get(hash);
    return (known ?? present(this.#insertPlan.get(hash, JSON.stringify(plan)), "an insert returns its row")).id;
  }

  #event(execution: number, { seq, atMs, body, blob }: EventRow): void {
    const position = this.#nextPosition();
    if (blob === undefined) {
      this.#insertEvent.run(position, execution, seq, atMs, body, null, null);
      return;
    }
    const stored = this.#blobOf.get(blob.hash) ?? this.#insertBlob.get(blob.hash, blob.body);
    this.#insertEvent.run(position, execution, seq, atMs, body, blob.member, present(stored, "an insert returns its row").id);
  }

  #nextPosition(): number {
    const newest = this.#position ?? present(this.#newestPosition.get(), "a maximum has a row").position;
    this.#position = newest + 1;
    return this.#position;
  }
}
