import type { ExecutionRef } from "../contract/execution-ref.ts";
import type { GetResponseOutput } from "../contract/get-response.ts";
import { encodeEnvelope } from "../envelope/envelope-codec.ts";
import type { ExecutionReport } from "../model/execution.ts";
import type { Journal } from "../ports/journal.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";
import { planOf } from "./plan-of.ts";
import { workflowResponse } from "./workflow-response.ts";

export interface GetResponsePorts extends FindExecutionPorts {
  readonly journal: Pick<Journal, "find" | "read" | "plan">;
  readonly report: (executionId: string) => Promise<ExecutionReport>;
}

export async function getResponse(input: ExecutionRef, ports: GetResponsePorts, { caller }: OperationContext): Promise<GetResponseOutput> {
  const executionId = await findExecution(input.executionId, ports, caller);
  const report = await ports.report(executionId);
  const envelope = encodeEnvelope(workflowResponse(report, await planOf(executionId, ports.journal)));
  return { executionId, ...(report.outcome === undefined ? {} : { outcome: report.outcome }), envelope };
}
