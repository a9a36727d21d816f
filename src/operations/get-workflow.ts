import type { GetWorkflowInput, GetWorkflowOutput } from "../contract/get-workflow.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import { findStoredWorkflow } from "./find-stored-workflow.ts";
import type { OperationContext } from "./operation-context.ts";
import { currentStatus } from "./workflow-status.ts";

/** @throws TuttiError `workflow.not-found` */
export async function getWorkflow(
  input: GetWorkflowInput,
  ports: { readonly workflows: Pick<WorkflowStore, "get">; readonly history: Pick<ExecutionHistory, "latest"> },
  { caller }: OperationContext,
): Promise<GetWorkflowOutput> {
  const stored = await findStoredWorkflow(input, ports, caller);
  const { workflowId, version, definition, createdAtMs, updatedAtMs, createdBy } = stored;
  return { workflowId, version, definition, createdAtMs, updatedAtMs, createdBy, ...(await currentStatus(stored, ports.history)) };
}
