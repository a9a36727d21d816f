import { defined } from "../base/defined.ts";
import type { WorkflowResult } from "../contract/create-workflow.ts";
import { updateWorkflow as contract } from "../contract/update-workflow.ts";
import type { UpdateWorkflowInput } from "../contract/update-workflow.ts";
import { changeAuthor } from "./change-author.ts";
import { checkDefinition, workflowResult } from "./create-workflow.ts";
import type { StoreWorkflowPorts } from "./create-workflow.ts";
import type { OperationContext } from "./operation-context.ts";

/**
 * Makes a new version of a stored workflow; it is durable when this returns.
 *
 * @throws TuttiError `definition.invalid`, `workflow.not-found`, `workflow.changed`, `input.invalid`
 */
export async function updateWorkflow(
  input: UpdateWorkflowInput,
  ports: StoreWorkflowPorts,
  { caller, signal }: OperationContext,
): Promise<WorkflowResult> {
  const { definition, expectedVersion, requestKey } = input;
  const checked = await checkDefinition(definition, ports, caller.identity?.tenant);
  const content = [definition, expectedVersion ?? null];
  const author = changeAuthor(caller, { operation: contract.name, requestKey, content });
  const change = await ports.workflows.update(checked.content, { ...author, ...defined({ expectedVersion }) });
  return await workflowResult(change, checked.source, ports, signal);
}
