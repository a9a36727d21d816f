import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import type { CallError } from "../model/call.ts";
import type { ExecutionStatus, Outcome, StepStatus } from "../model/execution.ts";
import { callError } from "./call-error.ts";
import { executionId } from "./execution-ref.ts";
import type { ExecutionRef } from "./execution-ref.ts";
import { executionStatus, outcome } from "./execution-report.ts";
import { jsonObject, jsonValue } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { moment, wireObject } from "./wire-object.ts";

/** The documented word for how a step is. `StepStatus` is the finer one. */
export type TaskStatus = "pending" | "running" | "completed" | "failed" | "skipped";

/** How one step is. */
export interface StepProgress {
  readonly id: string;
  readonly status: TaskStatus;
  /** More exactly: waiting, in doubt, cancelled. */
  readonly state: StepStatus;
  /** Where it was done; undefined until it is known. */
  readonly machine?: string;
  readonly startedAtMs?: number;
  readonly completedAtMs?: number;
  readonly error?: CallError;
}

/** What keeps an execution from going on by itself, and what would move it on. */
export interface AwaitedStep {
  /** Undefined for the whole execution. */
  readonly step?: string;
  readonly kind: "retry" | "timer" | "approval" | "limit" | "child" | "person";
  readonly message?: string;
  readonly untilMs?: number;
  /** What to do, when somebody has to do something. */
  readonly answer?: string;
}

/** How an execution of a workflow is, as it is documented for the tools. */
export interface WorkflowExecutionStatus {
  readonly executionId: string;
  readonly workflowId: string;
  readonly status: ExecutionStatus;
  readonly outcome?: Outcome;
  /** 0 to 100, and never less than before. 100 when it has completed. */
  readonly progress: number;
  /** The first step that is at work or waits. */
  readonly currentStep?: string;
  readonly completedSteps: readonly string[];
  readonly failedSteps: readonly string[];
  readonly stepCount: number;
  readonly completedStepCount: number;
  readonly parameters: JsonObject;
  readonly targetMachines: readonly string[];
  readonly steps: readonly StepProgress[];
  readonly waitingFor: readonly AwaitedStep[];
  readonly output?: Json;
  readonly error?: CallError;
  readonly startedAtMs: number;
  readonly completedAtMs?: number;
  /** So far, or in all. */
  readonly executionTimeMs: number;
  readonly estimatedCompletionMs?: number;
  /** Only where one was asked for: false when an earlier request with the same key has started it. */
  readonly created?: boolean;
}

const stepProgress: z.ZodType<StepProgress> = wireObject<StepProgress>(
  {
    id: z.string(),
    status: z.enum(["pending", "running", "completed", "failed", "skipped"]),
    state: z
      .enum(["pending", "running", "waiting", "completed", "failed", "skipped", "cancelled", "in_doubt"])
      .meta({ description: "More exactly; in_doubt: a call was sent and nobody knows whether it took effect." }),
    machine: z.string().meta({ description: '"local" is the machine of the server that you ask.' }),
    startedAtMs: moment,
    completedAtMs: moment,
    error: callError.exactOptional(),
  },
  { orNull: ["machine", "startedAtMs", "completedAtMs"] },
);

const awaitedStep: z.ZodType<AwaitedStep> = wireObject<AwaitedStep>(
  {
    step: z.string().exactOptional(),
    kind: z.enum(["retry", "timer", "approval", "limit", "child", "person"]),
    message: z.string().exactOptional(),
    untilMs: moment.exactOptional(),
    answer: z.string().meta({ description: "What to do, when somebody has to do something." }).exactOptional(),
  },
  { names: { untilMs: "until" } },
);

/** The document of a {@link WorkflowExecutionStatus}. */
export const workflowExecutionStatus: z.ZodType<WorkflowExecutionStatus> = wireObject<WorkflowExecutionStatus>(
  {
    executionId: z.string(),
    workflowId: z.string(),
    status: executionStatus.meta({ description: "paused: only a person can move it on; see waiting_for. completed and failed are final." }),
    outcome: outcome.meta({ description: "How it ended, more exactly than status; null until then." }),
    progress: z.int().min(0).max(100),
    currentStep: z.string(),
    completedSteps: z.array(z.string()),
    failedSteps: z.array(z.string()),
    stepCount: z.int(),
    completedStepCount: z.int(),
    parameters: jsonObject,
    targetMachines: z.array(z.string()),
    steps: z.array(stepProgress),
    waitingFor: z.array(awaitedStep).meta({ description: "What it waits for, and how to answer; empty when it goes on by itself." }),
    output: jsonValue.exactOptional(),
    error: callError.exactOptional(),
    startedAtMs: moment,
    completedAtMs: moment,
    executionTimeMs: z.int().meta({ description: "Milliseconds, so far or in all." }),
    estimatedCompletionMs: moment.exactOptional(),
    created: z.boolean().meta({ description: "False when an earlier request with the same key has started it." }).exactOptional(),
  },
  {
    orNull: ["outcome", "currentStep", "completedAtMs"],
    names: { executionTimeMs: "execution_time", estimatedCompletionMs: "estimated_completion" },
  },
);

/** How it is, in a sentence or two. */
export function describeStatus(status: WorkflowExecutionStatus): string {
  const { executionId: id, workflowId, progress, outcome: ended, currentStep, waitingFor } = status;
  const state = ended === undefined ? `${status.status}, ${progress} %${currentStep === undefined ? "" : `, at "${currentStep}"`}` : ended;
  const waits = waitingFor.flatMap(({ step, answer }) =>
    answer === undefined ? [] : [`${step === undefined ? "" : `"${step}": `}${answer}`],
  );
  return [`Execution ${id} of "${workflowId}": ${state}.`, ...waits].join("\n");
}

/** Tells how an execution is. */
export const getWorkflowStatus: Operation<ExecutionRef, WorkflowExecutionStatus> = {
  name: "get_workflow_status",
  title: "Get the status of an execution",
  description: `Tells how an execution is at this moment: its progress from 0 to 100, each step with its machine and times, its output or error when it has ended, and in waiting_for what a person has to do, if anything. Use it after execute_workflow, every few seconds, until status is completed or failed. Nothing changes.

Example: {"execution_id": "0193f2c7-89ab-7cde-8f01-23456789abcd"}`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/executions/{execution_id}/status" },
  errors: ["execution.not-found"],
  input: wireObject<ExecutionRef>({ executionId }),
  output: workflowExecutionStatus,
  summary: describeStatus,
};
