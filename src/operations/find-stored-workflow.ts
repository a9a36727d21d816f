import { TuttiError } from "../model/errors.ts";
import type { StoredWorkflow } from "../model/stored-workflow.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import type { Caller } from "./operation-context.ts";

/**
 * A stored workflow of the caller's tenant, as it is now or in one version.
 *
 * @throws TuttiError `workflow.not-found` - also when another tenant has it
 */
export async function findStoredWorkflow(
  { workflowId, version }: { readonly workflowId: string; readonly version?: number | undefined },
  { workflows }: { readonly workflows: Pick<WorkflowStore, "get"> },
  caller: Caller,
): Promise<StoredWorkflow> {
  const stored = await workflows.get(caller.identity?.tenant, workflowId, version);
  if (stored !== undefined) return stored;
  const which = version === undefined ? "" : ` with a version ${version}`;
  throw new TuttiError("workflow.not-found", `there is no workflow "${workflowId}"${which}: list_workflows shows what there is`, {
    workflowId,
  });
}
