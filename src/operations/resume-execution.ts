import type { ExecutionView } from "../contract/execution-report.ts";
import type { ResumeExecutionInput } from "../contract/resume-execution.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";
import { signalAndDrive } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

/**
 * Takes up an execution. One that has ended is as it is: whoever resumes after a crash need not know how far it came.
 *
 * @throws TuttiError `execution.not-found`
 */
export async function resumeExecution(input: ResumeExecutionInput, ports: SignalExecutionPorts): Promise<ExecutionView> {
  const executionId = await findExecution(ports.journal, input.executionId);
  const report = await ports.driver.report(executionId);
  if (report.outcome !== undefined) return executionView(report, false);
  return await signalAndDrive(executionId, input.liftPause === false ? undefined : { type: "resume" }, ports);
}
