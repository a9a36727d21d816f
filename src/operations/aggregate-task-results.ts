import { defined } from "../base/defined.ts";
import type { AggregatedResults, AggregateTaskResultsInput } from "../contract/aggregate-task-results.ts";
import { TuttiError } from "../model/errors.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";
import { findTaskGroup } from "./task-group.ts";
import type { ReadTaskGroup, TaskGroupPorts } from "./task-group.ts";

/** @throws TuttiError `task.not-found` */
export async function aggregateTaskResults(
  { taskGroupId }: AggregateTaskResultsInput,
  ports: TaskGroupPorts & FindExecutionPorts,
  { caller }: Pick<OperationContext, "caller">,
): Promise<AggregatedResults> {
  const { group, task } = await findTaskGroup(taskGroupId, ports, caller);
  if (task !== undefined) {
    const message = `"${taskGroupId}" is the id of a task: its group is "${group.taskGroupId}"`;
    throw new TuttiError("task.not-found", message, { taskId: taskGroupId });
  }
  const results = group.tasks.map(({ progress: { machineId, taskId, status, inDoubt, error }, result }) => ({
    machineId,
    taskId,
    status,
    inDoubt,
    ...defined({ result, error }),
  }));
  return { taskGroupId: group.taskGroupId, status: group.status, results, counts: countsOf(group) };
}

function countsOf({ tasks }: ReadTaskGroup): AggregatedResults["counts"] {
  const counts = { total: tasks.length, pending: 0, running: 0, completed: 0, failed: 0, skipped: 0, inDoubt: 0 };
  for (const { progress } of tasks) {
    counts[progress.status] += 1;
    if (progress.inDoubt) counts.inDoubt += 1;
  }
  return counts;
}
