import { getWorkflowStatus, watchExecution } from "tutti";
import { z } from "zod";
import type { TenantClient } from "./tenant-client.ts";

const OUTPUT_BYTES_MAX = 256 * 1024;
const STATES_MAX = 1_000;

const taskState = z.object({
  status: z.enum(["pending", "running", "completed", "failed", "skipped"]),
  state: z.string().describe("More exactly: waiting, in_doubt, cancelled"),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  error: z.string().optional(),
});

/** How an execution is, as all tools tell it. */
export const executionAnswer = z.object({
  execution_id: z.string(),
  workflow_id: z.string(),
  status: z
    .enum(["pending", "running", "completed", "failed", "cancelled", "paused"])
    .describe("paused: only a person can move it on, see waiting_for. completed, failed and cancelled are final"),
  outcome: z.string().nullable().describe("How it ended, more exactly: completed, partial_success, failed_with_rollback, ..."),
  progress_percentage: z.int().min(0).max(100),
  current_task: z.string().nullable(),
  task_states: z.record(z.string(), taskState).describe("By step"),
  task_states_omitted: z.int().optional().describe("Steps beyond the first 1,000; those that run, wait or failed come first"),
  waiting_for: z.array(
    z.object({ task: z.string().optional(), kind: z.string(), message: z.string().optional(), until: z.string().optional() }),
  ),
  output: z.json().optional().describe("What it gave, once it has completed"),
  output_omitted_bytes: z
    .int()
    .optional()
    .describe("The output is larger than what a tool gives; let the workflow write it to a file or a database"),
  error: z.string().optional(),
  started_at: z.string(),
  completed_at: z.string().nullable(),
  execution_time_ms: z.int(),
});

export type ExecutionAnswer = z.infer<typeof executionAnswer>;

/** How an execution is now. */
export async function answerOf(executionId: string, client: TenantClient, signal: AbortSignal): Promise<ExecutionAnswer> {
  const status = await client.call(getWorkflowStatus, { executionId }, signal);
  const { outcome, error, completedAtMs } = status;
  return {
    execution_id: status.executionId,
    workflow_id: status.workflowId,
    status: wordFor(status),
    outcome: outcome ?? null,
    progress_percentage: status.progress,
    current_task: status.currentStep ?? null,
    ...taskStates(status.steps),
    waiting_for: status.waitingFor.slice(0, 100).map(({ step, kind, message, untilMs }) => ({
      ...(step === undefined ? {} : { task: step }),
      kind,
      ...(message === undefined ? {} : { message: message.slice(0, 4_000) }),
      ...(untilMs === undefined ? {} : { until: isoOf(untilMs) }),
    })),
    ...outputOf(status.output),
    ...(error === undefined ? {} : { error: `${error.kind}: ${error.message}`.slice(0, 4_000) }),
    started_at: isoOf(status.startedAtMs),
    completed_at: completedAtMs === undefined ? null : isoOf(completedAtMs),
    execution_time_ms: status.executionTimeMs,
  };
}

/** Waits until it has ended or stands still, but not longer than that. */
export async function awaitExecution(executionId: string, waitMs: number, { client, signal }: Waiting): Promise<void> {
  if (waitMs === 0) return;
  const limit = AbortSignal.timeout(waitMs);
  try {
    await client.call(watchExecution, { executionId }, AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
  }
}

export interface Waiting {
  readonly client: TenantClient;
  readonly signal: AbortSignal;
}

type Status = z.output<typeof getWorkflowStatus.output>;

function wordFor({ status, outcome }: Status): ExecutionAnswer["status"] {
  if (outcome === "cancelled") return "cancelled";
  if (outcome !== undefined) return outcome === "completed" || outcome === "partial_success" ? "completed" : "failed";
  if (status === "paused") return "paused";
  return status === "active" ? "pending" : "running";
}

const URGENCY = ["failed", "running", "pending", "completed", "skipped"] as const;

function taskStates(steps: Status["steps"]): Pick<ExecutionAnswer, "task_states" | "task_states_omitted"> {
  const urgent =
    steps.length <= STATES_MAX ? steps : steps.toSorted((one, other) => URGENCY.indexOf(one.status) - URGENCY.indexOf(other.status));
  const told = urgent.slice(0, STATES_MAX).map(({ id, status, state, startedAtMs, completedAtMs, error }) => {
    const times = {
      started_at: startedAtMs === undefined ? null : isoOf(startedAtMs),
      completed_at: completedAtMs === undefined ? null : isoOf(completedAtMs),
    };
    const failure = error === undefined ? {} : { error: `${error.kind}: ${error.message}`.slice(0, 300) };
    return [id, { status, state, ...times, ...failure }] as const;
  });
  const omitted = steps.length - told.length;
  return { task_states: Object.fromEntries(told), ...(omitted > 0 ? { task_states_omitted: omitted } : {}) };
}

function outputOf(output: Status["output"]): Pick<ExecutionAnswer, "output" | "output_omitted_bytes"> {
  if (output === undefined || output === null) return {};
  const bytes = Buffer.byteLength(JSON.stringify(output));
  return bytes > OUTPUT_BYTES_MAX ? { output_omitted_bytes: bytes } : { output: output as z.output<ReturnType<typeof z.json>> };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
