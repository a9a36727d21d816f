import type { JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { defined } from "../base/defined.ts";
import { printDuration } from "../base/duration.ts";
import type { ExecutionStrategy, TaskDefinition } from "../contract/distribute-task.ts";
import type { WorkflowSource } from "../contract/workflow-source.ts";
import { ANY_MACHINE } from "../model/machine.ts";
import type { Plan } from "../model/plan.ts";

/** A group of tasks, ready to become an execution. */
export interface NewTaskGroup {
  readonly definition: TaskDefinition;
  /** `server.tool`. */
  readonly tool: string;
  /** One task for each, in this order. */
  readonly machines: readonly string[];
  readonly strategy: ExecutionStrategy;
}

/** What the workflow of a group of tasks says of it. */
export interface TaskGroup {
  /** {@link taskTitle} of what was asked for. */
  readonly title: string;
  readonly strategy: ExecutionStrategy;
  /** In order; the first has the number 1. */
  readonly tasks: readonly { readonly step: string; readonly machineId: string }[];
}

/**
 * The workflow that does the tasks of a group, one step for each machine. The payload is its input, so that nothing in it
 * is taken for an expression, and it is there once however many machines get it.
 */
export function taskWorkflow(group: NewTaskGroup): WorkflowSource {
  const { definition, strategy, machines } = group;
  const steps = machines.map((_, place) => taskStep(group, place));
  const tasks = machines.map((machine, place) => ({ step: stepId(place), machine_id: machine }));
  const workflow = {
    id: workflowId(definition.taskType),
    name: taskTitle(definition),
    inputs: { payload: { type: "object" } },
    error_policy: "allow_partial",
    priority: definition.priority ?? PRIORITY,
    metadata: { [GROUP]: { strategy, tasks } },
    steps,
  };
  return { file: "task_definition", text: JSON.stringify(workflow) };
}

/** What a plan says of the group of tasks that it does; undefined when it is that of another workflow. */
export function taskGroupOf({ workflow }: Plan): TaskGroup | undefined {
  const group = workflow.metadata?.[GROUP] ?? null;
  if (!isJsonObject(group)) return undefined;
  const { strategy, tasks = null } = group;
  const isStrategy = strategy === "parallel" || strategy === "sequential" || strategy === "conditional";
  if (!isStrategy || !isJsonArray(tasks)) return undefined;
  const read = tasks.flatMap((task) => {
    if (!isJsonObject(task)) return [];
    const { step, machine_id: machineId } = task;
    return typeof step === "string" && typeof machineId === "string" ? [{ step, machineId }] : [];
  });
  return { title: workflow.name ?? "", strategy, tasks: read };
}

/** What tasks are called, for people; the same for the same type and service. */
export function taskTitle({ taskType, serviceName }: Pick<TaskDefinition, "taskType" | "serviceName">): string {
  return title(`Task ${taskType} of ${serviceName}`);
}

const GROUP = "task_group";
const PRIORITY = 5;
const ESTIMATED_S = 60;
const TIMEOUT_MIN_MS = 30_000;
/** A task that takes three times as long as was thought hangs more likely than not. */
const PATIENCE = 3;

function taskStep(group: NewTaskGroup, place: number): JsonObject {
  const { definition, tool, machines } = group;
  const { taskType, payload, estimatedDuration = ESTIMATED_S, effect, resources, movable = true } = definition;
  const machine = machines[place] ?? "";
  const timeoutMs = definition.timeoutMs ?? Math.max(TIMEOUT_MIN_MS, Math.ceil(estimatedDuration * 1_000 * PATIENCE));
  const others = machines.filter((other) => other !== machine);
  const step = {
    id: stepId(place),
    name: title(`${taskType} on ${machine}`),
    tool,
    with: Object.fromEntries(Object.keys(payload).map((key) => [key, `\${{ inputs.payload[${JSON.stringify(key)}] }}`])),
    target_machines: [machine],
    ...(movable ? { other_machines: [...others.slice(0, OTHERS_MAX), ANY_MACHINE] } : {}),
    timeout: printDuration(timeoutMs),
    estimated_duration: printDuration(Math.max(1, Math.round(estimatedDuration * 1_000))),
    on_error: "continue",
    ...defined({ effect, resources }),
  };
  return { ...step, ...order(group, place) };
}

/** Others that are named are preferred to those that are not; nobody needs a thousand of them, a thousand times. */
const OTHERS_MAX = 10;

/** What a task waits for, and whether it is done then. */
function order({ strategy, definition: { condition }, machines }: NewTaskGroup, place: number): JsonObject {
  if (strategy === "parallel" || place === 0) return {};
  const needs = [stepId(place - 1)];
  if (strategy === "sequential") return { needs, if: "always()" };
  // Without a condition, a step runs when the one that it needs has completed.
  if (condition === undefined) return { needs };
  // What was skipped has no result that a condition could speak of, and nothing has its turn after it.
  const reached = place === 1 ? "" : `steps[${JSON.stringify(stepId(place - 1))}].status != "skipped" && `;
  return { needs, if: `always() && ${reached}${conditionAfter(condition, machines.slice(0, place))}` };
}

/** The condition with what it may read: the results so far, and the last of them. */
export function conditionAfter(condition: string, machines: readonly string[]): string {
  const results = machines.map((machine, place) => {
    const step = `steps[${JSON.stringify(stepId(place))}]`;
    const task = `execution.id + ".${place + 1}"`;
    const [result, error] = ["output", "error"].map((key) => `${step}.?${key}.orValue(null)`);
    return `{"machine_id": ${JSON.stringify(machine)}, "task_id": ${task}, "status": ${step}.status, "result": ${result}, "error": ${error}}`;
  });
  // The line break ends a comment, if the condition ends with one.
  return `cel.bind(results, [${results.join(", ")}], cel.bind(previous, results[${machines.length - 1}], (${condition}\n)))`;
}

function stepId(place: number): string {
  return `task-${place + 1}`;
}

/** A title has at most 200 characters, and nothing that could not be shown. */
function title(text: string): string {
  return Array.from(text.replaceAll(/[\p{Cc}\p{Cs}]/gu, " "))
    .slice(0, 100)
    .join("");
}

function workflowId(taskType: string): string {
  const words = taskType.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "-");
  return `task-${words}`.slice(0, 100);
}
