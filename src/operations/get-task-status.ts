import type { GetTaskStatusInput, TaskExecutionStatus } from "../contract/get-task-status.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";
import { findTaskGroup } from "./task-group.ts";
import type { ReadTask, TaskGroupPorts } from "./task-group.ts";

/** @throws TuttiError `task.not-found` */
export async function getTaskStatus(
  { taskId }: GetTaskStatusInput,
  ports: TaskGroupPorts & FindExecutionPorts,
  { caller }: Pick<OperationContext, "caller">,
): Promise<TaskExecutionStatus> {
  const { group, task } = await findTaskGroup(taskId, ports, caller);
  const asked = task === undefined ? group.tasks : [task];
  return {
    taskId: task?.progress.taskId ?? group.taskGroupId,
    taskGroupId: group.taskGroupId,
    status: task?.progress.status ?? group.status,
    perMachine: asked.map(({ progress }) => progress),
    progress: progressOf(asked),
    needsPerson: task === undefined ? group.needsPerson : task.progress.inDoubt,
  };
}

function progressOf(tasks: readonly ReadTask[]): number {
  const ended = tasks.filter(({ progress: { status } }) => status !== "pending" && status !== "running").length;
  return Math.floor((ended / Math.max(1, tasks.length)) * 100);
}
