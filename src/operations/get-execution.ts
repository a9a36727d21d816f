import type { GetExecutionInput } from "../contract/get-execution.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionReport } from "../model/execution.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";

export interface GetExecutionPorts extends FindExecutionPorts {
  readonly report: (executionId: string) => Promise<ExecutionReport>;
  /** Whether some process drives it. */
  readonly driven: (executionId: string) => boolean | Promise<boolean>;
}

/** @throws TuttiError `execution.not-found` */
export async function getExecution(
  input: GetExecutionInput,
  ports: GetExecutionPorts,
  { caller }: OperationContext,
): Promise<ExecutionView> {
  const executionId = await findExecution(input.executionId, ports, caller);
  const report = await ports.report(executionId);
  const view = executionView(report, await ports.driven(executionId));
  return input.includeData === false ? withoutData(view) : view;
}

function withoutData(view: ExecutionView): ExecutionView {
  return { ...view, inputs: {}, steps: view.steps.map(({ output: _output, ...step }) => step) };
}
