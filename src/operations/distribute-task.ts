import type { DistributeTaskInput, TaskDistribution } from "../contract/distribute-task.ts";
import { canonicalJson, jsonExceeds } from "../base/json.ts";
import { checkExpression } from "../expression/check-expression.ts";
import { checkSchema } from "../definition/check-schema.ts";
import { noFindings } from "../definition/reading.ts";
import { schemaViolations } from "../definition/schema-violations.ts";
import { isTuttiError, TuttiError } from "../model/errors.ts";
import { isUsable, LOCAL_MACHINE } from "../model/machine.ts";
import type { Machine } from "../model/machine.ts";
import { requestKeyTaken } from "../model/request-key-taken.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";
import type { Machines } from "../ports/machines.ts";
import { chooseMachine } from "./choose-machine.ts";
import { keyOfTenant } from "./key-of-tenant.ts";
import type { OperationContext } from "./operation-context.ts";
import { requestMeta } from "./request-meta.ts";
import { startWorkflow } from "./start-execution.ts";
import type { StartExecutionPorts } from "./start-execution.ts";
import { readTaskGroup } from "./task-group.ts";
import type { ReadTaskGroup, TaskGroupPorts } from "./task-group.ts";
import { taskResources } from "./task-resources.ts";
import { taskTool } from "./task-tool.ts";
import type { TaskTool, TaskTypes } from "./task-tool.ts";
import { conditionAfter, taskTitle, taskWorkflow } from "./task-workflow.ts";

export interface DistributeTaskPorts extends StartExecutionPorts, TaskGroupPorts {
  readonly history: Pick<ExecutionHistory, "ofRequest" | "planOf">;
  readonly machines: Pick<Machines, "list" | "get">;
  readonly taskTypes: TaskTypes;
  /** Calls that are on their way to a machine, from here. */
  readonly callsOn: (machineId: string) => number;
}

/**
 * Starts a group of tasks, or finds the one that an earlier call with the same key has started; durable when it returns.
 *
 * @throws TuttiError `input.invalid`, `server.not-found`, `tool.not-found`, `server.unavailable`, `server.insecure`
 */
export async function distributeTask(
  input: DistributeTaskInput,
  ports: DistributeTaskPorts,
  { caller, signal }: Pick<OperationContext, "caller" | "signal">,
): Promise<TaskDistribution> {
  const { taskDefinition: definition, executionStrategy: strategy = "parallel", requestKey } = input;
  const meta = requestMeta({}, caller.identity, ports.source);
  const key = keyOfTenant(requestKey, meta.tenant);
  const known = key === undefined ? undefined : await ports.history.ofRequest(key);
  if (known !== undefined) return await distributionOf(known.executionId, { input, created: false }, ports);
  const found = await taskTool(definition, ports, signal);
  const machines = targets(input, found, ports);
  const problems = [...payloadProblems(input, found), ...sizeProblems(input, machines), ...conditionProblems(input, machines)];
  if (problems.length > 0) throw invalid(problems);
  const workflow = taskWorkflow({ definition, tool: found.name, machines, strategy });
  const request = { workflow, inputs: { payload: definition.payload }, ...(requestKey === undefined ? {} : { requestKey }) };
  try {
    const { executionId, created } = await startWorkflow(request, { meta }, ports, signal);
    return await distributionOf(executionId, { input, created }, ports);
  } catch (error) {
    if (!isTuttiError(error, "definition.invalid")) throw error;
    // The file is ours: where in it something is wrong tells nobody anything.
    throw invalid([...new Set(error.details.problems.map(({ message }) => message))]);
  }
}

/** @throws TuttiError `input.invalid` - the key is that of another request, which has started something else */
async function distributionOf(
  executionId: string,
  { input, created }: { readonly input: DistributeTaskInput; readonly created: boolean },
  ports: TaskGroupPorts,
): Promise<TaskDistribution> {
  const group = await readTaskGroup(executionId, ports);
  if (group === undefined) throw requestKeyTaken(input.requestKey ?? "", "an execution that is no group of tasks");
  if (!isSameRequest(group, input)) throw requestKeyTaken(input.requestKey ?? "", "other tasks");
  const tasks = group.tasks.map(({ progress: { taskId, status }, target }) => ({ taskId, machineId: target, status }));
  return { taskGroupId: executionId, executionStrategy: group.strategy, tasks, created };
}

/** Whether a group is what is asked for, as far as the group shows it: machines that nobody named may be others by now. */
function isSameRequest(
  group: ReadTaskGroup,
  { taskDefinition, targetMachines = [], executionStrategy = "parallel" }: DistributeTaskInput,
): boolean {
  const named = [...new Set(targetMachines)];
  const targets = group.tasks.map(({ target }) => target);
  return (
    group.title === taskTitle(taskDefinition) &&
    group.strategy === executionStrategy &&
    canonicalJson(group.payload) === canonicalJson(taskDefinition.payload) &&
    (named.length === 0 || canonicalJson(named) === canonicalJson(targets))
  );
}

/** The machines of a group, each once. */
function targets(
  { targetMachines = [], taskDefinition }: DistributeTaskInput,
  found: TaskTool,
  { machines, callsOn }: Pick<DistributeTaskPorts, "machines" | "callsOn">,
): readonly string[] {
  const named = [...new Set(targetMachines)];
  const problems = named.flatMap((name) => machineProblem(name, found, machines) ?? []);
  if (problems.length > 0) throw invalid(problems);
  if (named.length > 0) return named;
  const able = machines.list().filter(({ machineId }) => found.places.includes(machineId));
  const { resources, problems: wrong } = taskResources(taskDefinition.resources);
  if (wrong.length > 0) throw invalid(wrong);
  const chosen = chooseMachine(able, resources, callsOn);
  if (chosen !== undefined) return [chosen.machineId];
  const why = able.some(isUsable) ? "has as much as the task occupies" : "is online";
  throw invalid([`no machine that has "${found.name}" ${why}`]);
}

function machineProblem(name: string, found: TaskTool, machines: DistributeTaskPorts["machines"]): string | undefined {
  const machine = machines.get(name);
  const able = machines.list().filter((each) => isUsable(each) && found.places.includes(each.machineId));
  const hint =
    able.length === 0 ? "no machine that has it is online" : `${able.map(({ machineId }) => `"${machineId}"`).join(", ")} could do it`;
  if (machine === undefined) return `unknown machine "${name}" - ${hint}`;
  if (!isUsable(machine)) return `machine "${name}" ${stateOf(machine)} - ${hint}`;
  return found.places.includes(name) ? undefined : `machine "${name}" has no tool "${found.name}" - ${hint}`;
}

function stateOf({ status }: Machine): string {
  return status === "maintenance" ? "takes no tasks now (maintenance)" : `is ${status}`;
}

function payloadProblems({ taskDefinition: { payload } }: DistributeTaskInput, { tool, name }: TaskTool): readonly string[] {
  const findings = noFindings();
  checkSchema(tool.inputSchema, { path: [], findings });
  // Of a schema that is none, only the tool itself knows what it means.
  if (findings.errors.length > 0) return [];
  return schemaViolations(tool.inputSchema, payload).map(({ path, message }) =>
    [`payload${path.map((key) => `.${key}`).join("")}`, message, `(${name})`].join(" "),
  );
}

/** Of all payloads of a group together: each call has its own in the journal. */
const PAYLOADS_MAX_BYTES = 64 * 1024 * 1024;

function sizeProblems({ taskDefinition: { payload } }: DistributeTaskInput, machines: readonly string[]): readonly string[] {
  if (!jsonExceeds(payload, PAYLOADS_MAX_BYTES / Math.max(1, machines.length))) return [];
  return [
    `a payload for ${machines.length} machines may have ${Math.floor(PAYLOADS_MAX_BYTES / machines.length)} bytes: put what is larger where machines can read it`,
  ];
}

/** As many as fit into the longest expression, with the results of all before. */
const CONDITIONAL_MAX = 30;

function conditionProblems(
  { taskDefinition: { condition }, executionStrategy }: DistributeTaskInput,
  machines: readonly string[],
): readonly string[] {
  if (condition === undefined) return [];
  if (executionStrategy !== "conditional") return ['condition has no effect without the execution_strategy "conditional"'];
  if (machines.length > CONDITIONAL_MAX) return [`a group with a condition may have ${CONDITIONAL_MAX} machines, not ${machines.length}`];
  const problems = checkExpression(conditionAfter(condition, [LOCAL_MACHINE]), { steps: true, status: true });
  return problems.map(({ message }) => `condition: ${message}`);
}

function invalid(problems: readonly string[]): TuttiError {
  return new TuttiError("input.invalid", `the task cannot be distributed: ${problems.join("; ")}`, { problems });
}
