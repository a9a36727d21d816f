import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { parseDuration } from "../base/duration.ts";
import type { ExecutionCounts, FailureSummary, GetWorkflowMetricsInput, WorkflowMetrics } from "../contract/get-workflow-metrics.ts";
import { TuttiError } from "../model/errors.ts";
import type { ExecutionGroup, ExecutionHistory } from "../ports/execution-history.ts";
import type { Journal } from "../ports/journal.ts";
import type { OperationContext } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

export interface MetricsPorts {
  readonly history: Pick<ExecutionHistory, "statistics" | "errorOf">;
  readonly journal: Pick<Journal, "list">;
  readonly clock: Clock;
}

const DEFAULT_RANGE = "24h";

/** Lines of each list. */
const GROUPS_MAX = 100;
const FAILURES_MAX = 20;

/**
 * Counts the executions that were started within a time range; to a verified caller those of its tenant.
 *
 * @throws TuttiError `input.invalid` - the range is none
 */
export async function getWorkflowMetrics(
  { timeRange = DEFAULT_RANGE }: GetWorkflowMetricsInput,
  { history, journal, clock }: MetricsPorts,
  { caller }: OperationContext,
): Promise<WorkflowMetrics> {
  const sinceMs = clock.nowMs() - rangeMs(timeRange);
  const tenant = defined({ tenant: visibleTenant(caller) });
  const { groups, durationsMs } = await history.statistics({ sinceMs, ...tenant });
  const newest = await journal.list({ status: "failed", rootsOnly: true, limit: FAILURES_MAX, ...tenant });
  const failures: FailureSummary[] = [];
  for (const { executionId, workflowId, outcome, startedAtMs, endedAtMs } of newest.executions) {
    if (startedAtMs < sinceMs || outcome === undefined || endedAtMs === undefined) continue;
    failures.push({ executionId, workflowId, outcome, endedAtMs, ...defined({ error: await history.errorOf(executionId) }) });
  }
  const { averageMs: _averageMs, ...all } = countsOf(groups);
  return {
    timeRange,
    sinceMs,
    ...all,
    running: all.executions - all.completed - all.failed,
    ...defined({ duration: durationOf(durationsMs) }),
    byPattern: grouped(groups, ({ pattern }) => pattern ?? "").map(([pattern, counts]) => ({
      ...(pattern !== "" && { pattern }),
      ...counts,
    })),
    byWorkflow: grouped(groups, (group) => group.workflowId).map(([workflowId, counts]) => ({ workflowId, ...counts })),
    failures,
  };
}

function rangeMs(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  const problem = `the time range "${text}" is none: write a number and a unit, such as "1h", "24h" or "7d"`;
  throw new TuttiError("input.invalid", problem, { problems: [problem] });
}

function grouped(
  groups: readonly ExecutionGroup[],
  key: (group: ExecutionGroup) => string,
): readonly (readonly [string, ExecutionCounts])[] {
  const byKey = Map.groupBy(groups, key);
  const counts = [...byKey].map(([name, members]) => [name, countsOf(members)] as const);
  return counts.sort(([, left], [, right]) => right.executions - left.executions).slice(0, GROUPS_MAX);
}

function countsOf(groups: readonly ExecutionGroup[]): ExecutionCounts {
  const sum = (part: "executions" | "completed" | "failed" | "durationMs"): number =>
    groups.reduce((total, group) => total + group[part], 0);
  const completed = sum("completed");
  const failed = sum("failed");
  const ended = completed + failed;
  return {
    executions: sum("executions"),
    completed,
    failed,
    ...(ended > 0 && { successRate: completed / ended, averageMs: sum("durationMs") / ended }),
  };
}

function durationOf(durationsMs: readonly number[]): WorkflowMetrics["duration"] {
  if (durationsMs.length === 0) return undefined;
  const sorted = new Float64Array(durationsMs).sort();
  // The smallest one that so many are not above.
  const percentile = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const averageMs = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length;
  return { p50Ms: percentile(0.5), p95Ms: percentile(0.95), averageMs };
}
