import * as z from "zod";
import type { Json } from "../base/json.ts";
import type { CallError } from "../model/call.ts";
import { callError } from "./call-error.ts";
import { jsonValue } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import type { TaskStatus } from "./get-workflow-status.ts";
import { taskStatus } from "./task-progress.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `aggregate_task_results`. */
export interface AggregateTaskResultsInput {
  readonly taskGroupId: string;
}

/** What came of one task. */
export interface TaskResult {
  readonly machineId: string;
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly inDoubt: boolean;
  readonly result?: Json;
  readonly error?: CallError;
}

/** Output of `aggregate_task_results`. */
export interface AggregatedResults {
  readonly taskGroupId: string;
  readonly status: TaskStatus;
  readonly results: readonly TaskResult[];
  readonly counts: Readonly<Record<"total" | "inDoubt" | TaskStatus, number>>;
}

/** Gives what came of all tasks of a group. */
export const aggregateTaskResults: Operation<AggregateTaskResultsInput, AggregatedResults> = {
  name: "aggregate_task_results",
  title: "Aggregate the results of tasks",
  description: `Gives the results of all tasks of a group in one answer, one for each machine, with the errors of those that failed and how many there are of each status. Use it when get_task_status says that the group has ended; before that it gives what is there so far. Nothing changes. The group has completed when every task has completed or was skipped, and at least one has completed.

Example: {"task_group_id": "0193f2c7-89ab-7cde-8f01-23456789abcd"}`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/task-groups/{task_group_id}/results" },
  errors: ["task.not-found"],
  input: wireObject<AggregateTaskResultsInput>({
    taskGroupId: z.string().min(1).max(200).meta({ description: "As distribute_task gave it." }),
  }),
  output: wireObject<AggregatedResults>({
    taskGroupId: z.string(),
    status: taskStatus,
    results: z.array(
      wireObject<TaskResult>({
        machineId: z.string(),
        taskId: z.string(),
        status: taskStatus,
        inDoubt: z.boolean(),
        result: jsonValue.exactOptional(),
        error: callError.exactOptional(),
      }),
    ),
    counts: wireObject<AggregatedResults["counts"]>({
      total: z.int(),
      pending: z.int(),
      running: z.int(),
      completed: z.int(),
      failed: z.int(),
      skipped: z.int(),
      inDoubt: z.int(),
    }),
  }),
  summary: ({ taskGroupId, status, counts: { total, completed, failed, skipped } }) =>
    `Task group ${taskGroupId}: ${status}; of ${total} tasks ${completed} completed, ${failed} failed, ${skipped} skipped.`,
};
