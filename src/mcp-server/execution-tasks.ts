import { INVALID_PARAMS, MissingRequiredClientCapabilityError, ProtocolError } from "@modelcontextprotocol/server";
import type { CallToolResult, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { Ms } from "../base/duration.ts";
import { cancelExecution } from "../contract/cancel-execution.ts";
import { getWorkflowStatus } from "../contract/get-workflow-status.ts";
import type { WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { isTuttiError } from "../model/errors.ts";
import { answerApprovals, approvalQuestions } from "./approval-questions.ts";
import { executionAnswer } from "./await-execution.ts";
import { TASKS_EXTENSION } from "./client-abilities.ts";
import type { ClientAbilities } from "./client-abilities.ts";
import type { Guarded } from "./guard-requests.ts";

/** Short enough for a person who waits; an execution tells its state in a millisecond. */
const POLL_EVERY_MS: Ms = 1_000;

const taskRef = z.looseObject({ taskId: z.string().min(1).max(200) });

/** A task of the extension, as `tasks/get` shows it; what only some states have is beside it. */
interface ExecutionTask {
  readonly taskId: string;
  readonly status: "working" | "input_required" | "completed" | "cancelled";
  readonly statusMessage: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  /** Executions are kept until somebody prunes them. */
  readonly ttlMs: null;
  readonly pollIntervalMs: Ms;
}

/**
 * An execution that has been started, in place of its end. It is durable before this is sent, and its task is the
 * execution itself: there is nothing beside the journal that could be lost.
 */
export function startedTask(status: WorkflowExecutionStatus): CallToolResult {
  // The SDK has no type for the results of extensions.
  return { resultType: "task", ...taskOf(status, "working") } as unknown as CallToolResult;
}

/** Answers `tasks/get`, `tasks/update` and `tasks/cancel`, for clients that know tasks. */
export function serveExecutionTasks({ server }: McpServer, guarded: Guarded): void {
  server.setRequestHandler(
    "tasks/get",
    { params: taskRef },
    guarded("tasks/get", async ({ taskId }, context, { caller, abilities }) => {
      requireTasks(abilities);
      const status = await statusOf(taskId, caller, context.mcpReq.signal);
      return { resultType: "complete", ...shownTask(status, abilities) };
    }),
  );
  server.setRequestHandler(
    "tasks/update",
    { params: taskRef },
    guarded("tasks/update", async ({ taskId }, { mcpReq }, { caller, abilities }) => {
      requireTasks(abilities);
      const { executionId } = await statusOf(taskId, caller, mcpReq.signal);
      await answerApprovals(executionId, mcpReq.inputResponses, caller.operations, mcpReq.signal);
      return { resultType: "complete" };
    }),
  );
  server.setRequestHandler(
    "tasks/cancel",
    { params: taskRef },
    guarded("tasks/cancel", async ({ taskId }, { mcpReq }, { caller, abilities }) => {
      requireTasks(abilities);
      const { executionId, completedAtMs } = await statusOf(taskId, caller, mcpReq.signal);
      if (completedAtMs === undefined) await cancel(executionId, caller, mcpReq.signal);
      return { resultType: "complete" };
    }),
  );
}

function requireTasks({ knowsTasks }: ClientAbilities): void {
  if (knowsTasks) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } });
}

/** It may have ended in this moment, which is as good. */
async function cancel(executionId: string, { operations }: AdmittedCaller, signal: AbortSignal): Promise<void> {
  try {
    await operations.call(cancelExecution, { executionId }, { signal });
  } catch (error) {
    if (!isTuttiError(error, "execution.wrong-state")) throw error;
  }
}

/** Only a whole id names a task; the beginning of one may come to mean another. */
async function statusOf(taskId: string, { operations }: AdmittedCaller, signal: AbortSignal): Promise<WorkflowExecutionStatus> {
  try {
    const status = await operations.call(getWorkflowStatus, { executionId: taskId }, { signal });
    if (status.executionId === taskId) return status;
  } catch (error) {
    if (!isTuttiError(error, "execution.not-found")) throw error;
  }
  throw new ProtocolError(INVALID_PARAMS, `there is no task "${taskId}"`);
}

function shownTask(status: WorkflowExecutionStatus, { asksPeople }: ClientAbilities): object {
  if (status.outcome === "cancelled") return taskOf(status, "cancelled");
  if (status.outcome !== undefined) return { ...taskOf(status, "completed"), result: executionAnswer(status) };
  const inputRequests = asksPeople ? approvalQuestions(status) : undefined;
  return inputRequests === undefined ? taskOf(status, "working") : { ...taskOf(status, "input_required"), inputRequests };
}

function taskOf(execution: WorkflowExecutionStatus, status: ExecutionTask["status"]): ExecutionTask {
  const { executionId, startedAtMs, completedAtMs, steps } = execution;
  const moments = steps.flatMap((step) => [step.startedAtMs ?? 0, step.completedAtMs ?? 0]);
  return {
    taskId: executionId,
    status,
    statusMessage: getWorkflowStatus.summary?.(execution) ?? execution.status,
    createdAt: new Date(startedAtMs).toISOString(),
    lastUpdatedAt: new Date(completedAtMs ?? moments.reduce((last, moment) => Math.max(last, moment), startedAtMs)).toISOString(),
    ttlMs: null,
    pollIntervalMs: POLL_EVERY_MS,
  };
}
