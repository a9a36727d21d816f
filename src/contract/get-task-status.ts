import * as z from "zod";
import type { Operation } from "./operation.ts";
import type { TaskStatus } from "./get-workflow-status.ts";
import { taskProgress, taskStatus } from "./task-progress.ts";
import type { TaskProgress } from "./task-progress.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `get_task_status`. */
export interface GetTaskStatusInput {
  /** Of a task, or of a whole group. */
  readonly taskId: string;
}

/** Output of `get_task_status`. */
export interface TaskExecutionStatus {
  readonly taskId: string;
  readonly taskGroupId: string;
  readonly status: TaskStatus;
  /** One for each task that was asked about. */
  readonly perMachine: readonly TaskProgress[];
  /** 0 to 100: how many of these tasks have ended. */
  readonly progress: number;
  readonly needsPerson: boolean;
}

/** Tells how a task is, or all tasks of a group. */
export const getTaskStatus: Operation<GetTaskStatusInput, TaskExecutionStatus> = {
  name: "get_task_status",
  title: "Get the status of a task",
  description: `Tells how a task is at this moment, machine by machine: its status, attempts, the machines it has left, and why it failed. With a task_group_id it tells of all tasks of the group. Use it after distribute_task, until status is completed or failed. Nothing changes. A task with in_doubt was sent to a machine that is gone, and a person has to say whether it took effect.

Example: {"task_id": "0193f2c7-89ab-7cde-8f01-23456789abcd.1"}. Next: aggregate_task_results with the task_group_id.`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/tasks/{task_id}" },
  errors: ["task.not-found"],
  input: wireObject<GetTaskStatusInput>({
    taskId: z.string().min(1).max(200).meta({ description: "A task_id, or the task_group_id for all its tasks." }),
  }),
  output: wireObject<TaskExecutionStatus>({
    taskId: z.string(),
    taskGroupId: z.string(),
    status: taskStatus,
    perMachine: z.array(taskProgress),
    progress: z.int().min(0).max(100),
    needsPerson: z.boolean().meta({ description: "Only a person can move it on: a task is in doubt, or the group is paused." }),
  }),
  summary: ({ taskId, status, perMachine, progress }) =>
    `${taskId}: ${status}, ${progress} %. ${perMachine.map((task) => `${task.machineId}: ${task.inDoubt ? "in doubt" : task.status}`).join(", ")}.`,
};
