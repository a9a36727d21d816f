import type { Ms } from "../base/duration.ts";
import type { CallError } from "../model/call.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { Plan } from "../model/plan.ts";

/** What can be asked about many executions, or about one without its events. */
export interface ExecutionHistory {
  /** The execution that a request with this key has started, if one has. */
  ofRequest(requestKey: string): Promise<ExecutionSummary | undefined>;

  /** The plan that an execution carries with it. */
  planOf(executionId: string): Promise<Plan | undefined>;

  /** The newest execution of a workflow that no other one started. */
  latest(query: LatestQuery): Promise<ExecutionSummary | undefined>;

  /** How an execution has ended: the error that it ended with, if there is one. */
  errorOf(executionId: string): Promise<CallError | undefined>;

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
}

export interface ExecutionStatistics {
  /** One for each workflow and pattern, in this order. */
  readonly groups: readonly ExecutionGroup[];
  /** How long each execution took that has ended; in no order. */
  readonly durationsMs: readonly Ms[];
}

export interface ExecutionGroup {
  readonly workflowId: string;
  /** The pattern that the workflow says it follows. */
  readonly pattern?: string;
  readonly executions: number;
  /** With success, also a partial one. */
  readonly completed: number;
  readonly failed: number;
  /** Of all that have ended together. */
  readonly durationMs: Ms;
}
