import * as z from "zod";
import { metaSchema } from "../envelope/meta-codec.ts";
import type { Failover, ParentCall } from "../model/call.ts";
import type {
  ExecutionMetrics,
  ExecutionReport,
  ExecutionStatus,
  ExecutionSummary,
  ItemCounts,
  Leftover,
  Outcome,
  StepReport,
  WaitingFor,
} from "../model/execution.ts";
import { callError, callErrorKind, callRef } from "./call-error.ts";
import { jsonObject, jsonValue } from "./json-value.ts";
import { resources, stepGate } from "./plan-document.ts";
import { moment, wireObject } from "./wire-object.ts";

/** The state of an execution, and whether anything moves it on. */
export interface ExecutionView extends ExecutionReport {
  /** Whether a process drives the execution now. False for one that has ended. */
  readonly driven: boolean;
}

export const executionStatus: z.ZodType<ExecutionStatus> = z.enum(["active", "executing", "paused", "completed", "failed"]);

export const outcome: z.ZodType<Outcome> = z.enum([
  "completed",
  "partial_success",
  "validation_failed",
  "failed",
  "failed_with_rollback",
  "rollback_failed",
  "cancelled",
]);

const leftover: z.ZodType<Leftover> = wireObject<Leftover>({
  step: z.string(),
  item: z.int().exactOptional(),
  reason: z.enum(["not_compensatable", "compensation_failed", "in_doubt"]),
  server: z.string().exactOptional(),
  tool: z.string().exactOptional(),
  error: callError.exactOptional(),
});

const waitingFor: z.ZodType<WaitingFor> = wireObject<WaitingFor>(
  {
    kind: z.enum(["retry", "timer", "approval", "limit", "child", "person"]),
    untilMs: moment.exactOptional(),
    message: z.string().exactOptional(),
  },
  { names: { untilMs: "until" } },
);

const itemCounts: z.ZodType<ItemCounts> = wireObject<ItemCounts>({
  total: z.int(),
  completed: z.int(),
  failed: z.int(),
  running: z.int(),
  inDoubt: z.array(z.int()).exactOptional(),
});

const failover: z.ZodType<Failover> = wireObject<Failover>({ replica: z.string(), kind: callErrorKind, message: z.string() });

const stepReport: z.ZodType<StepReport> = wireObject<StepReport>(
  {
    id: z.string(),
    status: z.enum(["pending", "running", "waiting", "completed", "failed", "skipped", "cancelled", "in_doubt"]),
    phase: z.enum(["main", "finally"]),
    needs: z.array(z.string()),
    server: z.string(),
    tool: z.string(),
    attempts: z.int(),
    startedAtMs: moment,
    completedAtMs: moment,
    output: jsonValue.exactOptional(),
    error: callError.exactOptional(),
    replica: z.string().exactOptional(),
    machine: z.string().exactOptional(),
    failovers: z.array(failover).exactOptional(),
    degraded: z.enum(["fallback", "cache", "stale_cache", "default", "partial"]).exactOptional(),
    compensation: z.enum(["running", "completed", "failed", "in_doubt", "none"]).exactOptional(),
    waitingFor: waitingFor.exactOptional(),
    items: itemCounts.exactOptional(),
    childId: z.string().exactOptional(),
    skippedBecause: z.enum(["condition", "needs", "stopped", "reused"]).exactOptional(),
    gate: stepGate.exactOptional(),
  },
  { orNull: ["server", "tool", "startedAtMs", "completedAtMs"] },
);

const metrics: z.ZodType<ExecutionMetrics> = wireObject<ExecutionMetrics>(
  {
    calls: z.int(),
    retries: z.int(),
    durationMs: z.number(),
    criticalPathMs: z.number(),
    shortestMs: z.number(),
    parallelEfficiency: z.number(),
    maximumEfficiency: z.number(),
    efficiencyRatio: z.number(),
    queuedMs: z.number(),
    serverMs: z.number(),
    overheadMs: z.number(),
    overheadShare: z.number(),
    meanOverheadMs: z.number(),
    meanLatencyMs: z.number(),
    p95LatencyMs: z.number(),
    inTimeShare: z.number(),
    selectionAccuracy: z.number(),
    resourceEfficiency: z.number(),
    resourceSeconds: resources,
    failovers: z.int(),
    hedgedCalls: z.int(),
    score: z.number(),
  },
  {
    orNull: [
      "overheadShare",
      "meanOverheadMs",
      "meanLatencyMs",
      "p95LatencyMs",
      "inTimeShare",
      "selectionAccuracy",
      "resourceEfficiency",
      "score",
    ],
  },
);

const parentCall: z.ZodType<ParentCall> = wireObject<ParentCall>({ executionId: z.string(), call: callRef });

/** The document that `tutti run --json` prints. */
export const executionView: z.ZodType<ExecutionView> = wireObject<ExecutionView>(
  {
    executionId: z.string(),
    workflowId: z.string(),
    workflowName: z.string().exactOptional(),
    status: executionStatus,
    outcome: outcome,
    driven: z.boolean(),
    needsPerson: z.boolean(),
    inputs: jsonObject,
    output: jsonValue,
    error: callError.exactOptional(),
    parent: parentCall.exactOptional(),
    retryOf: z.string().exactOptional(),
    meta: metaSchema.exactOptional(),
    startedAtMs: moment,
    endedAtMs: moment,
    steps: z.array(stepReport),
    leftovers: z.array(leftover),
    metrics,
  },
  { orNull: ["outcome", "endedAtMs"] },
);

/** One line of a list of executions. */
export const executionSummary: z.ZodType<ExecutionSummary> = wireObject<ExecutionSummary>(
  {
    executionId: z.string(),
    workflowId: z.string(),
    status: executionStatus,
    outcome: outcome,
    startedAtMs: moment,
    updatedAtMs: moment,
    endedAtMs: moment,
    parentId: z.string().exactOptional(),
    tenant: z.string().exactOptional(),
  },
  { orNull: ["outcome", "endedAtMs"] },
);
