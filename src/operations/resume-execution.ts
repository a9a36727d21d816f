import type { ExecutionView } from "../contract/execution-report.ts";
import type { ResumeExecutionInput } from "../contract/resume-execution.ts";
import { signalAndDrive } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

/** @throws TuttiError `execution.not-found`, `execution.wrong-state` */
export async function resumeExecution(input: ResumeExecutionInput, ports: SignalExecutionPorts): Promise<ExecutionView> {
  return await signalAndDrive(input.executionId, input.liftPause === false ? undefined : { type: "resume" }, ports);
}
