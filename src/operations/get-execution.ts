import type { GetExecutionInput } from "../contract/get-execution.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionReport } from "../model/execution.ts";
import type { Journal } from "../ports/journal.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";

export interface GetExecutionPorts {
  readonly journal: Pick<Journal, "find">;
  readonly report: (executionId: string) => Promise<ExecutionReport>;
  /** Whether some process drives it. */
  readonly driven: (executionId: string) => boolean | Promise<boolean>;
}

/** @throws TuttiError `execution.not-found` */
export async function getExecution(input: GetExecutionInput, ports: GetExecutionPorts): Promise<ExecutionView> {
  const executionId = await findExecution(ports.journal, input.executionId);
  const report = await ports.report(executionId);
  const view = executionView(report, await ports.driven(executionId));
  return input.includeData === false ? withoutData(view) : view;
}

function withoutData(view: ExecutionView): ExecutionView {
  return { ...view, inputs: {}, steps: view.steps.map(({ output: _output, ...step }) => step) };
}
