import type { Ms } from "../base/duration.ts";
import type { ExecutionSummary, Outcome } from "../model/execution.ts";
import type { Plan } from "../model/plan.ts";

/** What can be asked about many executions, or about one without its events. */
export interface ExecutionHistory {
  /** The execution that a request with this key has started, if one has. */
  ofRequest(requestKey: string): Promise<ExecutionSummary | undefined>;

  /** The plan that an execution carries with it. */
  planOf(executionId: string): Promise<Plan | undefined>;

  /** The newest execution of a workflow that no other one started. */
  latest(query: LatestQuery): Promise<ExecutionSummary | undefined>;

  /** Counts the executions that no other one started. */
  statistics(query: StatisticsQuery): Promise<ExecutionStatistics>;
}

export interface LatestQuery {
  readonly workflowId: string;
  /** Only executions of this tenant. */
  readonly tenant?: string;
}

export interface StatisticsQuery {
  /** Only executions that were started at this moment or later. */
  readonly sinceMs: number;
  /** Only executions of this tenant. */
  readonly tenant?: string;
  /** So many of the newest failures are named. */
  readonly failuresMax: number;
}

export interface ExecutionStatistics {
  /** By what they have in common; in no order. */
  readonly groups: readonly ExecutionGroup[];
  /** Of the executions that have ended; undefined when none has. */
  readonly duration?: { readonly p50Ms: Ms; readonly p95Ms: Ms; readonly averageMs: Ms };
  /** Newest first. */
  readonly failures: readonly FailedExecution[];
}

export interface ExecutionGroup {
  readonly workflowId: string;
  /** The pattern that the workflow says it follows. */
  readonly pattern?: string;
  /** Undefined for executions that have not ended. */
  readonly outcome?: Outcome;
  readonly count: number;
  /** Of all of them together; 0 for executions that have not ended. */
  readonly durationMs: Ms;
}

export interface FailedExecution {
  readonly executionId: string;
  readonly workflowId: string;
  readonly outcome: Outcome;
  readonly endedAtMs: number;
}
