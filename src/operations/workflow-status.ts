import type { LatestExecution } from "../contract/stored-workflow.ts";
import { defined } from "../base/defined.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { StoredWorkflowFacts, WorkflowStatus } from "../model/stored-workflow.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";

/** How a stored workflow is now, and the execution that says so. */
export interface CurrentStatus {
  readonly status: WorkflowStatus;
  readonly latestExecution?: LatestExecution;
}

/** Only executions since the workflow was made count: another one may have had the same id before. */
export async function currentStatus(workflow: StoredWorkflowFacts, history: Pick<ExecutionHistory, "latest">): Promise<CurrentStatus> {
  const { workflowId, tenant, createdAtMs, status } = workflow;
  const latest = await history.latest({ workflowId, ...defined({ tenant }) });
  if (latest === undefined || latest.startedAtMs < createdAtMs) return { status };
  // Steps may have been taken away since it was executed.
  return { status: status === "draft" ? status : latest.status, latestExecution: inShort(latest) };
}

function inShort({ executionId, status, outcome, startedAtMs, endedAtMs }: ExecutionSummary): LatestExecution {
  return { executionId, status, startedAtMs, ...defined({ outcome, endedAtMs }) };
}
