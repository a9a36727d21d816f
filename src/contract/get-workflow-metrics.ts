import * as z from "zod";
import type { Ms } from "../base/duration.ts";
import type { CallError } from "../model/call.ts";
import type { Outcome } from "../model/execution.ts";
import { callError } from "./call-error.ts";
import { outcome } from "./execution-report.ts";
import type { Operation } from "./operation.ts";
import { moment, wireObject } from "./wire-object.ts";

/** Input of `get_workflow_metrics`. */
export interface GetWorkflowMetricsInput {
  /** Such as `1h`, `24h`, `7d`. Default `24h`. */
  readonly timeRange?: string;
}

/** How many executions there were, and how they went. */
export interface ExecutionCounts {
  readonly executions: number;
  readonly completed: number;
  readonly failed: number;
  /** Of those that have ended, from 0 to 1; undefined when none has. */
  readonly successRate?: number;
  readonly averageMs?: Ms;
}

/** Output of `get_workflow_metrics`. */
export interface WorkflowMetrics extends Omit<ExecutionCounts, "averageMs"> {
  readonly timeRange: string;
  readonly sinceMs: number;
  /** Those that have not ended. */
  readonly running: number;
  readonly duration?: { readonly p50Ms: Ms; readonly p95Ms: Ms; readonly averageMs: Ms };
  /** Those with the most executions. */
  readonly byPattern: readonly PatternCounts[];
  readonly byWorkflow: readonly WorkflowCounts[];
  /** The newest. */
  readonly failures: readonly FailureSummary[];
}

/** The executions of all workflows that follow one pattern, or none. */
export interface PatternCounts extends ExecutionCounts {
  readonly pattern?: string;
}

/** The executions of one workflow. */
export interface WorkflowCounts extends ExecutionCounts {
  readonly workflowId: string;
}

/** One execution that ended without success. */
export interface FailureSummary {
  readonly executionId: string;
  readonly workflowId: string;
  readonly outcome: Outcome;
  readonly error?: CallError;
  readonly endedAtMs: number;
}

const share = z.number().min(0).max(1).meta({ description: "Of the executions that have ended, from 0 to 1; null when none has." });
const average = z.number().meta({ description: "Milliseconds." });
const counts = { executions: z.int(), completed: z.int(), failed: z.int(), successRate: share, averageMs: average };
const orNull = ["successRate", "averageMs"] as const;

const byPattern = wireObject<PatternCounts>(
  { pattern: z.string().meta({ description: "null for workflows that follow none." }), ...counts },
  { orNull: ["pattern", ...orNull], names: { averageMs: "avg_duration" } },
);

const byWorkflow = wireObject<WorkflowCounts>({ workflowId: z.string(), ...counts }, { orNull, names: { averageMs: "avg_duration" } });

const failure = wireObject<FailureSummary>({
  executionId: z.string(),
  workflowId: z.string(),
  outcome,
  error: callError.exactOptional(),
  endedAtMs: moment,
});

/** Counts executions and how they went. */
export const getWorkflowMetrics: Operation<GetWorkflowMetricsInput, WorkflowMetrics> = {
  name: "get_workflow_metrics",
  title: "Get the metrics of workflows",
  description: `Counts the executions that were started within a time range: how many, how many succeeded, how long they took (milliseconds), by pattern and by workflow, and the newest failures with their errors. Use it to see how things go, or to find what fails. Nothing changes.

Example: {"time_range": "7d"}; 24h if not given. Next: get_workflow_status with the execution_id of a failure.`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/metrics/workflows" },
  errors: ["input.invalid"],
  input: wireObject<GetWorkflowMetricsInput>({
    timeRange: z
      .string()
      .max(60)
      .meta({ description: 'How far back, such as "1h", "24h" (the default) or "7d".', examples: ["1h", "24h", "7d"] })
      .exactOptional(),
  }),
  output: wireObject<WorkflowMetrics>(
    {
      timeRange: z.string(),
      sinceMs: moment,
      executions: z.int(),
      completed: z.int(),
      failed: z.int(),
      running: z.int().meta({ description: "Those that have not ended." }),
      successRate: share,
      duration: wireObject<NonNullable<WorkflowMetrics["duration"]>>(
        { p50Ms: z.number(), p95Ms: z.number(), averageMs: z.number() },
        { names: { p50Ms: "p50", p95Ms: "p95", averageMs: "avg" } },
      ).meta({ description: "Milliseconds, of the executions that have ended; null when none has." }),
      byPattern: z.array(byPattern).meta({ description: "Those with the most executions, at most 100." }),
      byWorkflow: z.array(byWorkflow).meta({ description: "Those with the most executions, at most 100." }),
      failures: z.array(failure).meta({ description: "The newest, at most 20." }),
    },
    { orNull: ["successRate", "duration"], names: { sinceMs: "since" } },
  ),
  summary: ({ timeRange, executions, completed, failed, running }) =>
    `In the last ${timeRange}: ${executions} executions, ${completed} completed, ${failed} failed, ${running} not ended.`,
};
