import type { ExecutionRef } from "../contract/execution-ref.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import { signalExecution } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

/** @throws TuttiError `execution.not-found`, `execution.wrong-state` */
export async function pauseExecution(input: ExecutionRef, ports: SignalExecutionPorts): Promise<ExecutionView> {
  return await signalExecution(input.executionId, { type: "pause" }, ports);
}
