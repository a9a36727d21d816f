import type { ExecutionView } from "../contract/execution-report.ts";
import type { ResolveExecutionInput } from "../contract/resolve-execution.ts";
import { signalExecution } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

/** @throws TuttiError `execution.not-found`, `step.not-found`, `execution.wrong-state` */
export async function resolveExecution(input: ResolveExecutionInput, ports: SignalExecutionPorts): Promise<ExecutionView> {
  const { executionId, ...resolution } = input;
  return await signalExecution(executionId, { type: "resolve", ...resolution }, ports);
}
