import { defined } from "../base/defined.ts";
import type { ListWorkflowsInput, ListWorkflowsOutput, WorkflowSummary } from "../contract/list-workflows.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";
import type { WorkflowQuery, WorkflowStore } from "../ports/workflow-store.ts";
import type { Caller, OperationContext } from "./operation-context.ts";
import { currentStatus } from "./workflow-status.ts";

/** The status of a workflow is asked for one by one, so a page looks at so many at most, however few of them match. */
const LOOKED_AT_MAX = 1_000;

/** Lists the stored workflows of the caller's tenant. */
export async function listWorkflows(
  input: ListWorkflowsInput,
  { workflows, history }: { readonly workflows: Pick<WorkflowStore, "list">; readonly history: Pick<ExecutionHistory, "latest"> },
  { caller }: OperationContext,
): Promise<ListWorkflowsOutput> {
  const { statusFilter, limit = 100 } = input;
  const atOnce = statusFilter === undefined ? limit : LOOKED_AT_MAX;
  const stored = await workflows.list({ ...queryOf(input, caller), limit: atOnce });
  const found: WorkflowSummary[] = [];
  let seen = 0;
  for (const workflow of stored) {
    if (found.length === limit) break;
    seen += 1;
    const { status } = await currentStatus(workflow, history);
    if (statusFilter !== undefined && status !== statusFilter) continue;
    const { workflowId, version, stepCount, exposed, updatedAtMs, name, pattern } = workflow;
    found.push({ workflowId, status, version, stepCount, exposed, updatedAtMs, ...defined({ name, pattern }) });
  }
  const last = seen < stored.length || stored.length === atOnce ? stored[seen - 1] : undefined;
  return { workflows: found, ...(last !== undefined && { nextCursor: last.workflowId }) };
}

/** An empty filter is none: programs fill in what they do not want. */
function queryOf({ patternFilter, exposedOnly, cursor }: ListWorkflowsInput, { identity }: Caller): Omit<WorkflowQuery, "limit"> {
  return defined({
    tenant: identity?.tenant,
    pattern: patternFilter === "" ? undefined : patternFilter,
    after: cursor,
    exposed: exposedOnly === true ? (true as const) : undefined,
  });
}
