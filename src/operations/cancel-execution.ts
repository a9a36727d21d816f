import { defined } from "../base/defined.ts";
import type { ExecutionRef } from "../contract/execution-ref.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import type { OperationContext } from "./operation-context.ts";
import { signalAndDrive } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

/** @throws TuttiError `execution.not-found`, `execution.wrong-state` */
export async function cancelExecution(
  input: ExecutionRef,
  ports: SignalExecutionPorts,
  { caller }: OperationContext,
): Promise<ExecutionView> {
  const signal = { type: "cancel" as const, ...defined({ by: caller.identity?.userId }) };
  return await signalAndDrive({ prefix: input.executionId, signal }, ports, caller);
}
