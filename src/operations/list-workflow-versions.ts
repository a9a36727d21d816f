import { defined } from "../base/defined.ts";
import type { ListWorkflowVersionsInput, ListWorkflowVersionsOutput } from "../contract/list-workflow-versions.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import { findStoredWorkflow } from "./find-stored-workflow.ts";
import type { OperationContext } from "./operation-context.ts";

/** @throws TuttiError `workflow.not-found` */
export async function listWorkflowVersions(
  { workflowId, limit = 100, before }: ListWorkflowVersionsInput,
  ports: { readonly workflows: Pick<WorkflowStore, "get" | "versions"> },
  { caller }: OperationContext,
): Promise<ListWorkflowVersionsOutput> {
  await findStoredWorkflow({ workflowId }, ports, caller);
  const versions = await ports.workflows.versions(caller.identity?.tenant, workflowId, { limit, ...defined({ before }) });
  return { workflowId, versions };
}
