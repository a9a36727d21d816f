import type { ExecutionView } from "../contract/execution-report.ts";
import type { ResolveExecutionInput } from "../contract/resolve-execution.ts";
import type { OperationContext } from "./operation-context.ts";
import { signalExecution } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

/** @throws TuttiError `execution.not-found`, `step.not-found`, `execution.wrong-state` */
export async function resolveExecution(
  input: ResolveExecutionInput,
  ports: SignalExecutionPorts,
  { caller }: OperationContext,
): Promise<ExecutionView> {
  const { executionId, ...resolution } = input;
  return await signalExecution({ prefix: executionId, signal: { type: "resolve", ...resolution } }, ports, caller);
}
