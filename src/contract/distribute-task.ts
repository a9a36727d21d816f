import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import { MACHINE_NAME } from "../model/machine.ts";
import type { Effect } from "../model/workflow.ts";
import { jsonObject } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import type { TaskStatus } from "./get-workflow-status.ts";
import { taskStatus } from "./task-progress.ts";
import { wireObject } from "./wire-object.ts";
import { requestKey } from "./workflow-definition.ts";

export type ExecutionStrategy = "parallel" | "sequential" | "conditional";

/** What every task of a group does. */
export interface TaskDefinition {
  readonly taskType: string;
  readonly serviceName: string;
  readonly payload: JsonObject;
  /** 1 to 10. Default 5. */
  readonly priority?: number;
  /** Seconds. Default 60. */
  readonly estimatedDuration?: number;
  /** In the words of a workflow file: `{"gpu": 1, "memory": "32GB"}`. */
  readonly resources?: JsonObject;
  /** For one attempt. Default: three times the estimated duration, and 30 s at least. */
  readonly timeoutMs?: number;
  /** Default: what the configuration or the tool says. */
  readonly effect?: Effect;
  /** CEL, for the strategy `conditional`. */
  readonly condition?: string;
  /** Whether a task whose machine is lost may go to any other machine. Default true. */
  readonly movable?: boolean;
}

/** Input of `distribute_task`. */
export interface DistributeTaskInput {
  readonly taskDefinition: TaskDefinition;
  /** Default: the best machine, chosen by what it has, how busy it is and what the task needs. */
  readonly targetMachines?: readonly string[];
  readonly executionStrategy?: ExecutionStrategy;
  readonly requestKey?: string;
}

/** A task of a group, and where it goes. */
export interface DistributedTask {
  readonly taskId: string;
  readonly machineId: string;
  readonly status: TaskStatus;
}

/** Output of `distribute_task`. */
export interface TaskDistribution {
  readonly taskGroupId: string;
  readonly executionStrategy: ExecutionStrategy;
  readonly tasks: readonly DistributedTask[];
  /** False when an earlier request with the same key has started it. */
  readonly created: boolean;
}

const executionStrategy: z.ZodType<ExecutionStrategy> = z.enum(["parallel", "sequential", "conditional"]).meta({
  description:
    "parallel: all at once. sequential: one machine after the other, also after a failure. conditional: the next machine only while the condition holds; the others are skipped.",
});

const effect: z.ZodType<Effect> = z.enum(["read", "idempotent", "once"]).meta({
  description:
    "What the call may do: read (changes nothing), idempotent (repeating does no harm), once (acts anew each time). Only read and idempotent tasks move when their machine is lost. Default: what the tool says of itself, else once.",
});

const taskDefinition: z.ZodType<TaskDefinition> = wireObject<TaskDefinition>({
  taskType: z.string().min(1).max(200).meta({
    description: 'What is to be done: the name of a tool of the service, or a type of task of the configuration, such as "code_analysis".',
  }),
  serviceName: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: "The MCP server that does it, by name. list_machines shows which machine has which." }),
  payload: jsonObject.meta({ description: 'The arguments of the tool, as they are, such as {"path": "src"}.' }),
  priority: z.int().min(1).max(10).meta({ description: "Which waiting task goes first: 10 before 1. Default 5." }).exactOptional(),
  estimatedDuration: z
    .number()
    .positive()
    .max(31_536_000)
    .meta({ description: "Seconds that it will probably take. Default 60." })
    .exactOptional(),
  resources: jsonObject
    .meta({ description: 'What it occupies at its machine: {"cpu": 2, "memory": "32GB", "gpu": 1, "gpu_memory": "24GB"}.' })
    .exactOptional(),
  timeoutMs: z
    .int()
    .min(1)
    .max(31_536_000_000)
    .meta({ description: "Milliseconds for one attempt. Default: three times the estimated duration." })
    .exactOptional(),
  effect: effect.exactOptional(),
  condition: z
    .string()
    .min(1)
    .max(5_000)
    .meta({
      description:
        "For the strategy conditional: a CEL expression over previous (the result before) and results (all so far), each {machine_id, task_id, status, result, error}; such as previous.result.score < 0.9. Default: the one before has completed.",
    })
    .exactOptional(),
  movable: z
    .boolean()
    .meta({ description: "Whether a task whose machine is lost may go to any other machine that has the service. Default true." })
    .exactOptional(),
});

/** Sends a task to machines; durable when this returns, and goes on without the caller. */
export const distributeTask: Operation<DistributeTaskInput, TaskDistribution> = {
  name: "distribute_task",
  title: "Distribute a task",
  description: `Sends one piece of work to machines of the cluster and returns at once, with a task_group_id and one task_id per machine. The tasks are durable then: they go on without you, also after a crash of this server or of a machine. Use it to run the same tool on several machines, or on the best one: without target_machines a machine is chosen by what it has and how busy it is. "local" is the machine that you ask.

What happens when a machine dies, hangs or is cut off: its read and idempotent tasks go to another machine; a task that acts once is in doubt, and a person says what became of it (resolve_execution); the others go on. A machine that is unknown or offline is refused, with those that are online. Give a request_key if you may have to send this again.

Example: {"task_definition": {"task_type": "analyse", "service_name": "analyser", "payload": {"path": "src"}}, "target_machines": ["gpu-1", "gpu-2"], "execution_strategy": "parallel"}. Next: get_task_status with the task_group_id, then aggregate_task_results.`,
  kind: "change",
  repeatable: "with-request-key",
  permission: "tutti:run",
  tool: "standard",
  route: { method: "POST", path: "/tasks", creates: "/task-groups/{task_group_id}/results" },
  errors: ["input.invalid", "server.not-found", "tool.not-found", "server.unavailable"],
  input: wireObject<DistributeTaskInput>({
    taskDefinition,
    targetMachines: z
      .array(z.string().regex(MACHINE_NAME))
      .max(1_000)
      .meta({ description: 'Machines by id, one task for each; "local" is the one you ask. Empty or left out: the best one is chosen.' })
      .exactOptional(),
    executionStrategy: executionStrategy.exactOptional(),
    requestKey: requestKey.exactOptional(),
  }),
  output: wireObject<TaskDistribution>({
    taskGroupId: z.string(),
    executionStrategy,
    tasks: z.array(wireObject<DistributedTask>({ taskId: z.string(), machineId: z.string(), status: taskStatus })),
    created: z.boolean().meta({ description: "False when an earlier request with the same key has started it." }),
  }),
  summary: ({ taskGroupId, executionStrategy: strategy, tasks }) =>
    `Task group ${taskGroupId} (${strategy}): ${tasks.map(({ taskId, machineId }) => `${taskId} on ${machineId}`).join(", ")}.`,
};
