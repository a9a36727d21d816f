import { defined } from "../base/defined.ts";
import type { Json } from "../base/json.ts";
import type { ExecutionStrategy } from "../contract/distribute-task.ts";
import type { TaskStatus } from "../contract/get-workflow-status.ts";
import type { TaskProgress } from "../contract/task-progress.ts";
import { isTuttiError, TuttiError } from "../model/errors.ts";
import type { ExecutionReport, StepReport } from "../model/execution.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { Caller } from "./operation-context.ts";
import { taskGroupOf } from "./task-workflow.ts";

export interface TaskGroupPorts {
  readonly history: Pick<ExecutionHistory, "planOf">;
  readonly report: (executionId: string) => Promise<ExecutionReport>;
}

/** A group of tasks as it is now. */
export interface ReadTaskGroup {
  /** Of the execution that does them. */
  readonly taskGroupId: string;
  /** {@link taskTitle} of what was asked for. */
  readonly title: string;
  readonly strategy: ExecutionStrategy;
  /** What the tool is given on every machine. */
  readonly payload: Json;
  readonly status: TaskStatus;
  readonly needsPerson: boolean;
  readonly tasks: readonly ReadTask[];
}

/** One task of a group. */
export interface ReadTask {
  readonly progress: TaskProgress;
  /** The machine that it was meant for. */
  readonly target: string;
  /** Only when it has completed. */
  readonly result?: Json;
}

/** Reads the tasks that an execution does; undefined when it is no group of tasks. */
export async function readTaskGroup(executionId: string, { history, report }: TaskGroupPorts): Promise<ReadTaskGroup | undefined> {
  const plan = await history.planOf(executionId);
  const group = plan === undefined ? undefined : taskGroupOf(plan);
  if (group === undefined) return undefined;
  const told = await report(executionId);
  const steps = new Map(told.steps.map((step) => [step.id, step]));
  const tasks = group.tasks.flatMap(({ step: id, machineId }, place) => {
    const step = steps.get(id);
    return step === undefined ? [] : readTask(step, { taskId: `${executionId}.${place + 1}`, target: machineId });
  });
  const status = statusOfGroup(tasks.map(({ progress }) => progress.status));
  const { inputs, needsPerson } = told;
  const { title, strategy } = group;
  return { taskGroupId: executionId, title, strategy, payload: inputs["payload"] ?? {}, status, needsPerson, tasks };
}

/**
 * The group that has this id, or to which the task with this id belongs, and its number then. For a verified caller only
 * the groups of its tenant exist.
 *
 * @throws TuttiError `task.not-found`
 */
export async function findTaskGroup(
  id: string,
  ports: TaskGroupPorts & FindExecutionPorts,
  caller: Caller,
): Promise<{ readonly group: ReadTaskGroup; readonly task?: ReadTask }> {
  const [, groupId = id, number] = /^(.*)\.(\d{1,4})$/.exec(id) ?? [];
  const group = await readTaskGroup(await executionOf(groupId, id, { ports, caller }), ports);
  const task = number === undefined ? undefined : group?.tasks[Number(number) - 1];
  if (group === undefined || (number !== undefined && task === undefined)) throw notFound(id);
  return { group, ...defined({ task }) };
}

async function executionOf(
  groupId: string,
  asked: string,
  { ports, caller }: { readonly ports: FindExecutionPorts; readonly caller: Caller },
): Promise<string> {
  try {
    return await findExecution(groupId, ports, caller);
  } catch (error) {
    if (isTuttiError(error, "execution.not-found")) throw notFound(asked);
    throw error;
  }
}

function notFound(taskId: string): TuttiError<"task.not-found"> {
  return new TuttiError("task.not-found", `no task and no group of tasks has the id "${taskId}"`, { taskId });
}

function readTask(step: StepReport, { taskId, target }: { readonly taskId: string; readonly target: string }): ReadTask {
  const { machine = target, attempts, failovers = [], startedAtMs, completedAtMs, error, output } = step;
  const left = failovers.map(({ replica }) => replica.replace(/^@/, ""));
  const progress: TaskProgress = {
    taskId,
    machineId: machine,
    status: statusOf(step),
    inDoubt: step.status === "in_doubt",
    attempts,
    movedFrom: [...new Set(left)].filter((name) => name !== machine),
    ...defined({ startedAtMs, completedAtMs, error: step.status === "completed" ? undefined : error }),
  };
  return { progress, target, ...(step.status === "completed" ? defined({ result: output }) : {}) };
}

/** A task in doubt is not over; that only a person can go on with it is said beside it. */
function statusOf({ status, attempts }: StepReport): TaskStatus {
  switch (status) {
    case "pending":
    case "completed":
    case "failed":
    case "skipped":
      return status;
    case "cancelled":
      return attempts === 0 ? "skipped" : "failed";
    case "running":
    case "waiting":
    case "in_doubt":
      return "running";
  }
}

function statusOfGroup(tasks: readonly TaskStatus[]): TaskStatus {
  const open = tasks.some((status) => status === "pending" || status === "running");
  if (open) return tasks.every((status) => status === "pending") ? "pending" : "running";
  return tasks.includes("failed") || !tasks.includes("completed") ? "failed" : "completed";
}
