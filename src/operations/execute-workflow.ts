import { defined } from "../base/defined.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { canonicalJson, isJsonArray, isJsonObject } from "../base/json.ts";
import type { ExecuteWorkflowInput } from "../contract/execute-workflow.ts";
import type { WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import type { WorkflowFile } from "../contract/workflow-source.ts";
import { checkInputs } from "../definition/check-inputs.ts";
import { isTuttiError } from "../model/errors.ts";
import type { TuttiError } from "../model/errors.ts";
import { requestKeyTaken } from "../model/request-key-taken.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import { findStoredWorkflow } from "./find-stored-workflow.ts";
import { readStatus } from "./get-workflow-status.ts";
import type { StatusPorts } from "./get-workflow-status.ts";
import { keyOfTenant } from "./key-of-tenant.ts";
import type { OperationContext } from "./operation-context.ts";
import { requestMeta } from "./request-meta.ts";
import { startWorkflow } from "./start-execution.ts";
import type { StartExecutionPorts } from "./start-execution.ts";
import { definitionFile, definitionRefusal, definitionSource } from "./stored-definition.ts";

export interface ExecuteWorkflowPorts extends StartExecutionPorts, StatusPorts {
  readonly workflows: Pick<WorkflowStore, "get">;
  readonly history: Pick<ExecutionHistory, "ofRequest" | "planOf">;
}

/**
 * Starts an execution of a stored workflow, as it is now, or finds the one that an earlier call with the same key has
 * started: also when the workflow has changed or gone since, and when its servers cannot be reached any more.
 *
 * @throws TuttiError `workflow.not-found`, `definition.invalid`, `input.invalid`, `server.unavailable`
 */
export async function executeWorkflow(
  input: ExecuteWorkflowInput,
  ports: ExecuteWorkflowPorts,
  { caller, signal }: OperationContext,
): Promise<WorkflowExecutionStatus> {
  const { workflowId, requestKey, parameters } = input;
  const meta = requestMeta({}, caller.identity, ports.source);
  const known = await startedBefore(input, meta.tenant, ports);
  if (known !== undefined) return await knownStatus(known, input, ports);
  const stored = await findStoredWorkflow({ workflowId }, ports, caller);
  if (stored.status === "draft") throw draftRefusal(workflowId);
  const source = await definitionSource(workflowId, stored.definition, { workflows: ports.workflows, tenant: stored.tenant });
  const workflow = onMachines(source, input.targetMachines);
  const request = { workflow, ...defined({ requestKey, inputs: parameters }) };
  try {
    const { executionId, created } = await startWorkflow(request, { meta }, ports, signal);
    if (!created) return await knownStatus(executionId, input, ports);
    return { ...(await readStatus(executionId, ports)), created };
  } catch (error) {
    if (isTuttiError(error, "definition.invalid")) throw definitionRefusal(workflowId, error.details.problems, error);
    throw error;
  }
}

async function startedBefore(
  { requestKey }: ExecuteWorkflowInput,
  tenant: string | undefined,
  { history }: Pick<ExecuteWorkflowPorts, "history">,
): Promise<string | undefined> {
  const key = keyOfTenant(requestKey, tenant);
  const known = key === undefined ? undefined : await history.ofRequest(key);
  return known?.executionId;
}

/** Whoever took the key of another request would be told of something that he has not asked for. */
async function knownStatus(
  executionId: string,
  { workflowId, requestKey = "", parameters = {} }: ExecuteWorkflowInput,
  ports: Pick<ExecuteWorkflowPorts, keyof StatusPorts>,
): Promise<WorkflowExecutionStatus> {
  const status = await readStatus(executionId, ports);
  if (status.workflowId !== workflowId) throw requestKeyTaken(requestKey, `an execution of "${status.workflowId}"`);
  const plan = await ports.history.planOf(executionId);
  if (plan !== undefined) {
    // What was left out has the default that it had then, and not the one that it may have by now.
    const asked = checkInputs(plan.workflow, parameters);
    const same = asked.problems.length === 0 && canonicalJson(asked.inputs) === canonicalJson(status.parameters);
    if (!same) throw requestKeyTaken(requestKey, "an execution with other parameters");
  }
  return { ...status, created: false };
}

function draftRefusal(workflowId: string): TuttiError {
  const message = "a draft has no steps and cannot be executed: update_workflow (tutti workflows update) gives it some";
  return definitionRefusal(workflowId, [
    { code: "draft", severity: "error", message, place: "steps", file: workflowId, line: 1, column: 1, length: 1, source: "" },
  ]);
}

interface FileWithChildren extends WorkflowFile {
  readonly children: readonly WorkflowFile[];
}

/** The same workflow and children, with these machines for every step that calls a tool and names none itself. */
function onMachines(source: FileWithChildren, machines: readonly string[] = []): FileWithChildren {
  if (machines.length === 0) return source;
  const changed = ({ file, text }: WorkflowFile): WorkflowFile => {
    const document = JSON.parse(text) as JsonObject;
    const lists = Object.fromEntries(
      ["steps", "finally"].flatMap((list) => (list in document ? [[list, stepsOn(document[list], machines)]] : [])),
    );
    return definitionFile(file, { ...document, ...lists });
  };
  return { ...changed(source), children: source.children.map(changed) };
}

function stepsOn(steps: Json | undefined, machines: readonly string[]): Json {
  if (!isJsonArray(steps)) return [];
  return steps.map((step) =>
    isJsonObject(step) && "tool" in step && !("target_machines" in step) ? { ...step, target_machines: [...machines] } : step,
  );
}
