import type { EventBody, ExecutionEvent } from "../model/event.ts";
import type { ExecutionStatus, ExecutionSummary, Outcome } from "../model/execution.ts";
import type { Plan } from "../model/plan.ts";

/**
 * The append-only truth. One process writes at a time; whoever holds a `Journal` is that process.
 *
 * Every promise of a write resolves when the data is durable, and writes become durable in the order in which they
 * were asked for. All writes of one turn of the event loop may become durable together.
 *
 * @throws TuttiError `journal.unusable` - from every method, when the store is damaged, full or gone. After that
 * nothing more is written: what was acknowledged is there, what was not acknowledged is not.
 */
export interface Journal {
  /**
   * Begins an execution with its `execution-started` event, and keeps the plan under the event's `planHash`.
   *
   * A second start with the same `requestKey` creates nothing and returns the first one's id; nor does one with an id
   * that is there.
   */
  create(start: NewExecution): Promise<{ readonly executionId: string; readonly created: boolean }>;

  /** Adds events to an execution that exists; `seq` continues the last one. Payloads of any size are taken. */
  append(executionId: string, events: readonly ExecutionEvent[]): Promise<void>;

  /** All events from `afterSeq` (default 0) on, in order. Empty for an unknown id. */
  read(executionId: string, afterSeq?: number): Promise<readonly ExecutionEvent[]>;

  /** The plan with this hash, if any execution was started with it. */
  plan(planHash: string): Promise<Plan | undefined>;

  /** Newest first. */
  list(query: ListQuery): Promise<ExecutionPage>;

  /** Ids of the executions that have not ended, oldest first, children included. */
  unfinished(): Promise<readonly string[]>;

  /** The ids that begin with `prefix` (at most 10), of this tenant if one is given. A whole id gives itself. */
  find(prefix: string, tenant?: string): Promise<readonly string[]>;

  summary(executionId: string): Promise<ExecutionSummary | undefined>;

  /** Forgets executions that ended before this moment, and all that only they needed. Children go with their root. */
  prune(endedBeforeMs: number): Promise<{ readonly executions: number; readonly bytes: number }>;
}

/** The start of an execution. */
export interface NewExecution {
  readonly executionId: string;
  readonly requestKey?: string;
  readonly plan: Plan;
  readonly event: ExecutionEvent & Extract<EventBody, { type: "execution-started" }>;
}

export interface ListQuery {
  readonly status?: ExecutionStatus;
  readonly outcome?: Outcome;
  readonly workflowId?: string;
  /** Only executions of this tenant. */
  readonly tenant?: string;
  /** Only executions that no other one started. Default false. */
  readonly rootsOnly?: boolean;
  /** 1 to 1,000. */
  readonly limit: number;
  /** From the page before, which must have been asked for with the same tenant. */
  readonly cursor?: string;
}

export interface ExecutionPage {
  readonly executions: readonly ExecutionSummary[];
  /** Present when there are more. */
  readonly nextCursor?: string;
}
