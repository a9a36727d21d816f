import type { ExecutionEvent } from "../src/model/event.ts";
import type { Plan } from "../src/model/plan.ts";
import type { NewExecution } from "../src/ports/journal.ts";
import { MemoryJournal } from "../test/support/memory-journal.ts";
import { execute, superviseNoOps } from "./no-op.ts";

/** One write to the journal, as JSON, and whether the engine waited for it before it made the next. */
export interface RecordedWrite {
  readonly bodies: readonly string[];
  awaited: boolean;
}

/** Everything that one execution of a plan writes. */
export async function recordWrites(plan: Plan): Promise<readonly RecordedWrite[]> {
  const journal = new RecordingJournal();
  await using supervisor = superviseNoOps(journal);
  await execute(supervisor, plan);
  return journal.writes;
}

class RecordingJournal extends MemoryJournal {
  readonly writes: RecordedWrite[] = [];

  override async create(start: NewExecution): Promise<{ readonly executionId: string; readonly created: boolean }> {
    return await this.#record([start.event], super.create(start));
  }

  override async append(executionId: string, events: readonly ExecutionEvent[]): Promise<void> {
    await this.#record(events, super.append(executionId, events));
  }

  async #record<T>(events: readonly ExecutionEvent[], made: Promise<T>): Promise<T> {
    const write: RecordedWrite = { bodies: events.map((event) => JSON.stringify(event)), awaited: false };
    this.writes.push(write);
    const result = await made;
    write.awaited = this.writes.at(-1) === write;
    return result;
  }
}
