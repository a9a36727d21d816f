import type { Clock } from "../base/clock.ts";
import type { ExecutionRef } from "../contract/execution-ref.ts";
import type { WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import type { ExecutionReport } from "../model/execution.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";
import { statusOfExecution } from "./status-of-execution.ts";

export interface StatusPorts {
  readonly history: Pick<ExecutionHistory, "planOf">;
  readonly report: (executionId: string) => Promise<ExecutionReport>;
  readonly clock: Clock;
}

/** @throws TuttiError `execution.not-found` */
export async function getWorkflowStatus(
  input: ExecutionRef,
  ports: StatusPorts & FindExecutionPorts,
  { caller }: OperationContext,
): Promise<WorkflowExecutionStatus> {
  return await readStatus(await findExecution(input.executionId, ports, caller), ports);
}

/** How an execution is that is known to be there. */
export async function readStatus(executionId: string, { history, report, clock }: StatusPorts): Promise<WorkflowExecutionStatus> {
  const plan = await history.planOf(executionId);
  return statusOfExecution(await report(executionId), plan, clock.nowMs());
}
