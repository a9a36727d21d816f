import type { DatabaseSync } from "node:sqlite";
import { present } from "../base/assert.ts";
import type { CommitQueue } from "./commit-queue.ts";
import { UNFINISHED_STATES } from "./listed-state.ts";
import { type Statement, prepare } from "./prepare.ts";

// What one transaction takes away: some milliseconds of work, so that executions at work hardly wait.
const EXECUTIONS_PER_BATCH = 100;
const EVENTS_PER_BATCH = 1_000;
const PAGES_PER_BATCH = 200;

interface Root {
  readonly id: number;
  readonly ended_at_ms: number;
}

interface Size {
  readonly size: number;
}

/** What has been taken away. */
export interface Pruned {
  readonly executions: number;
  /** Of events, plans and blobs, as they were stored. */
  readonly bytes: number;
}

const NOTHING: Pruned = { executions: 0, bytes: 0 };

/**
 * Forgets old executions in small transactions between those of the executions at work.
 *
 * 1. The row of an execution, which makes it findable, goes in one transaction with a note in `removals`; its events follow.
 *    A crash in between leaves notes, and the next pruning takes them up.
 * 2. Children go before their parent, so what is left after a crash is whole, and is pruned the next time.
 * 3. A plan goes with the last execution that has it, a blob with the last event.
 * 4. The number of an event that went is remembered unless a greater one is, so that it is never used again.
 */
export class Pruner {
  readonly #queue: CommitQueue;
  readonly #nextRoots: Statement<Root>;
  readonly #tree: Statement<{ readonly id: number; readonly unfinished: number }>;
  readonly #deleteExecution: Statement<{ readonly plan: number }>;
  readonly #deletePlan: Statement<Size>;
  readonly #note: Statement<never>;
  readonly #noted: Statement<{ readonly execution: number }>;
  readonly #unnote: Statement<never>;
  readonly #eventsOf: Statement<{ readonly id: number; readonly size: number; readonly blob: number | null }>;
  readonly #deleteEvent: Statement<never>;
  readonly #deleteBlob: Statement<Size>;
  readonly #swept: Statement<never>;
  readonly #freePages: Statement<{ readonly freelist_count: number }>;
  readonly #giveBack: Statement<never>;

  constructor(database: DatabaseSync, queue: CommitQueue) {
    this.#queue = queue;
    this.#nextRoots = prepare(
      database,
      `SELECT id, ended_at_ms FROM executions
      WHERE parent IS NULL AND ended_at_ms IS NOT NULL AND ended_at_ms < ? AND (ended_at_ms, id) > (?, ?)
      ORDER BY ended_at_ms, id LIMIT ${EXECUTIONS_PER_BATCH}`,
    );
    const unfinished = UNFINISHED_STATES.map((state) => `'${state}'`).join(", ");
    this.#tree = prepare(
      database,
      `WITH RECURSIVE tree (id) AS (
        SELECT ? UNION ALL SELECT child.id FROM tree JOIN executions AS child ON child.parent = tree.id
      )
      SELECT id, state IN (${unfinished}) AS unfinished FROM tree JOIN executions USING (id) ORDER BY id DESC`,
    );
    this.#deleteExecution = prepare(database, "DELETE FROM executions WHERE id = ? RETURNING plan");
    this.#deletePlan = prepare(
      database,
      `DELETE FROM plans WHERE id = ? AND NOT EXISTS (SELECT 1 FROM executions WHERE executions.plan = plans.id)
      RETURNING octet_length(body) AS size`,
    );
    this.#note = prepare(database, "INSERT INTO removals (execution) VALUES (?)");
    this.#noted = prepare(database, "SELECT execution FROM removals ORDER BY execution LIMIT 1");
    this.#unnote = prepare(database, "DELETE FROM removals WHERE execution = ?");
    this.#eventsOf = prepare(database, "SELECT id, octet_length(body) AS size, blob FROM events WHERE execution = ? ORDER BY seq LIMIT ?");
    this.#deleteEvent = prepare(database, "DELETE FROM events WHERE id = ?");
    this.#deleteBlob = prepare(
      database,
      `DELETE FROM blobs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM events WHERE events.blob = blobs.id)
      RETURNING octet_length(body) AS size`,
    );
    this.#swept = prepare(database, "UPDATE last_swept SET event = ?1 WHERE event < ?1");
    this.#freePages = prepare(database, "PRAGMA freelist_count");
    this.#giveBack = prepare(database, `PRAGMA incremental_vacuum(${PAGES_PER_BATCH})`);
  }

  /** Forgets the executions that ended before this moment, with all below them, and gives the room back to the file system. */
  async prune(endedBeforeMs: number): Promise<Pruned> {
    const forgotten = await this.#forget(endedBeforeMs);
    const bytes = await this.#sweep();
    await this.#shrink();
    return { executions: forgotten.executions, bytes: forgotten.bytes + bytes };
  }

  async #forget(endedBeforeMs: number): Promise<Pruned> {
    let pruned = NOTHING;
    let after: Root | undefined = { id: 0, ended_at_ms: Number.MIN_SAFE_INTEGER };
    while (after !== undefined) {
      const from: Root = after;
      const found = await this.#queue.add(0, () => this.#find(endedBeforeMs, from));
      for (let place = 0; place < found.ids.length; place += EXECUTIONS_PER_BATCH) {
        const batch = found.ids.slice(place, place + EXECUTIONS_PER_BATCH);
        const forgotten = await this.#queue.add(0, () => batch.map((id) => this.#forgetOne(id)).reduce(sum, NOTHING));
        pruned = sum(pruned, forgotten);
      }
      after = found.last;
    }
    return pruned;
  }

  /** Some old trees, each with its children first. `last` is undefined when there are no more. */
  #find(endedBeforeMs: number, after: Root): { readonly ids: readonly number[]; readonly last: Root | undefined } {
    const ids: number[] = [];
    let last: Root | undefined;
    for (const root of this.#nextRoots.all(endedBeforeMs, after.ended_at_ms, after.id)) {
      if (ids.length >= EXECUTIONS_PER_BATCH) break;
      const tree = this.#tree.all(root.id);
      if (tree.every((execution) => execution.unfinished === 0)) for (const { id } of tree) ids.push(id);
      last = root;
    }
    return { ids, last };
  }

  #forgetOne(id: number): Pruned {
    const row = this.#deleteExecution.get(id);
    // Another pruning was faster.
    if (row === undefined) return NOTHING;
    this.#note.run(id);
    return { executions: 1, bytes: this.#deletePlan.get(row.plan)?.size ?? 0 };
  }

  async #sweep(): Promise<number> {
    let bytes = 0;
    for (;;) {
      const swept = await this.#queue.add(0, () => this.#sweepBatch());
      if (swept === undefined) return bytes;
      bytes += swept;
    }
  }

  /** Bytes, or undefined when no note is left. */
  #sweepBatch(): number | undefined {
    let bytes: number | undefined;
    let left = EVENTS_PER_BATCH;
    while (left > 0) {
      const noted = this.#noted.get();
      if (noted === undefined) return bytes;
      const events = this.#eventsOf.all(noted.execution, left);
      bytes ??= 0;
      for (const event of events) bytes += event.size + this.#deleteEventWithBlob(event);
      const last = events.at(-1);
      if (last !== undefined) this.#swept.run(last.id);
      if (events.length < left) this.#unnote.run(noted.execution);
      left -= events.length + 1;
    }
    return bytes;
  }

  #deleteEventWithBlob(event: { readonly id: number; readonly blob: number | null }): number {
    this.#deleteEvent.run(event.id);
    return event.blob === null ? 0 : (this.#deleteBlob.get(event.blob)?.size ?? 0);
  }

  async #shrink(): Promise<void> {
    const free = present(this.#freePages.get(), "a pragma has a value").freelist_count;
    // Counted beforehand, because pages that others free meanwhile are no reason to go on.
    for (let left = free; left > 0; left -= PAGES_PER_BATCH) await this.#queue.add(0, () => this.#giveBack.all());
  }
}

function sum(left: Pruned, right: Pruned): Pruned {
  return { executions: left.executions + right.executions, bytes: left.bytes + right.bytes };
}
