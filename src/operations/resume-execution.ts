import { defined } from "../base/defined.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import type { ResumeExecutionInput } from "../contract/resume-execution.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";
import type { OperationContext } from "./operation-context.ts";
import { signalAndDrive } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

/**
 * Takes up an execution. One that has ended is as it is: whoever resumes after a crash need not know how far it came.
 *
 * @throws TuttiError `execution.not-found`
 */
export async function resumeExecution(
  input: ResumeExecutionInput,
  ports: SignalExecutionPorts,
  { caller }: OperationContext,
): Promise<ExecutionView> {
  const executionId = await findExecution(input.executionId, ports, caller);
  const report = await ports.driver.report(executionId);
  if (report.outcome !== undefined) return executionView(report, false);
  const wish = input.liftPause === false ? {} : { signal: { type: "resume" as const, ...defined({ by: caller.identity?.userId }) } };
  return await signalAndDrive({ prefix: executionId, ...wish }, ports, caller);
}
