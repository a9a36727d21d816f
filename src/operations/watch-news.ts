import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { defined } from "../base/defined.ts";
import type { NewsItem, WatchNewsInput, WatchNewsOutput } from "../contract/watch-news.ts";
import { TuttiError } from "../model/errors.ts";
import type { ExecutionStatus } from "../model/execution.ts";
import type { JournaledNote } from "../ports/event-feed.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { NewsFilter, NewsTail } from "./news-tail.ts";
import type { OperationContext } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

export interface WatchNewsPorts extends FindExecutionPorts {
  readonly tail: NewsTail;
  readonly clock: Clock;
}

const LIMIT = 100;

/**
 * Tells what has happened to executions since a position; to a verified caller, to those of its tenant.
 *
 * @throws TuttiError `execution.not-found`; `usage` - the position is none that there has been
 */
export async function watchNews(
  { after, executionId, workflowId, limit = LIMIT, waitMs = 0 }: WatchNewsInput,
  ports: WatchNewsPorts,
  { signal, caller }: OperationContext,
): Promise<WatchNewsOutput> {
  const { tail, clock } = ports;
  const wanted = executionId === undefined ? undefined : await findExecution(executionId, ports, caller);
  const tenant = visibleTenant(caller);
  const filter: NewsFilter = {
    ...defined({ executionId: wanted }),
    wants: (note) =>
      (tenant === undefined || note.tenant === tenant) &&
      (wanted === undefined || note.executionId === wanted) &&
      (workflowId === undefined || note.workflowId === workflowId),
  };
  let position = checked(after, tail.newest());
  using limited = deadline(clock, signal, waitMs, () => new Error("nothing has happened"));
  for (;;) {
    const found = tail.read(position, filter, limit);
    const isAtEnd = found.position >= tail.newest();
    if (found.notes.length > 0 || (isAtEnd && (waitMs === 0 || limited.signal.aborted))) {
      signal.throwIfAborted();
      return { news: found.notes.map(itemOf), position: found.position };
    }
    position = found.position;
    if (isAtEnd) await tail.more(position, limited.signal);
    // There may be millions of others' events in between.
    else await nextTurn();
  }
}

function checked(after: number | undefined, newest: number): number {
  if (after === undefined || after <= newest) return after ?? newest;
  throw new TuttiError("usage", `there is no position ${after} yet, the newest is ${newest}: this is another journal, or an older one`, {});
}

function itemOf(note: JournaledNote): NewsItem {
  const { tenant: _, ...told } = note;
  const status = STATUS_FROM[note.event];
  if (note.event === "execution-ended") return { ...told, type: "ended", status: isGood(note) ? "completed" : "failed" };
  if (status !== undefined) return { ...told, type: "status", status };
  return { ...told, type: note.step === undefined ? "phase" : "step" };
}

const STATUS_FROM: Readonly<Record<string, ExecutionStatus>> = {
  "execution-started": "executing",
  "execution-paused": "paused",
  "execution-stood": "paused",
  "execution-resumed": "executing",
  "execution-moved": "executing",
};

function isGood({ outcome }: JournaledNote): boolean {
  return outcome === "completed" || outcome === "partial_success";
}
