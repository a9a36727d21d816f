import { deleteWorkflow as contract } from "../contract/delete-workflow.ts";
import type { DeleteWorkflowInput, DeleteWorkflowOutput } from "../contract/delete-workflow.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import { changeAuthor } from "./change-author.ts";
import type { OperationContext } from "./operation-context.ts";

/**
 * Forgets a stored workflow. Executions of it carry their plans with them, so they are not asked.
 *
 * @throws TuttiError `workflow.not-found`, `input.invalid`
 */
export async function deleteWorkflow(
  { workflowId, requestKey }: DeleteWorkflowInput,
  { workflows }: { readonly workflows: WorkflowStore },
  { caller }: OperationContext,
): Promise<DeleteWorkflowOutput> {
  const author = changeAuthor(caller, { operation: contract.name, requestKey, content: workflowId });
  const { version } = await workflows.remove(workflowId, author);
  return { status: "success", workflowId, version };
}
