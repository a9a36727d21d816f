import type { ApproveExecutionInput } from "../contract/approve-execution.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import { TuttiError } from "../model/errors.ts";
import { findExecution } from "./find-execution.ts";
import { signalExecution } from "./signal-execution.ts";
import type { SignalExecutionPorts } from "./signal-execution.ts";

/** @throws TuttiError `execution.not-found`, `step.not-found`, `execution.wrong-state` */
export async function approveExecution(input: ApproveExecutionInput, ports: SignalExecutionPorts): Promise<ExecutionView> {
  const { executionId: prefix, step, ...answer } = input;
  const executionId = await findExecution(ports.journal, prefix);
  return await signalExecution(executionId, { type: "approve", step: step ?? (await onlyApproval(executionId, ports)), ...answer }, ports);
}

async function onlyApproval(executionId: string, ports: SignalExecutionPorts): Promise<string> {
  const report = await ports.driver.report(executionId);
  const [first, ...others] = report.steps.filter((step) => step.waitingFor?.kind === "approval").map((step) => step.id);
  if (first !== undefined && others.length === 0) return first;
  const state = report.outcome ?? report.status;
  const message =
    first === undefined
      ? `no step waits for an approval (the execution is ${state})`
      : `name the step, several wait: ${[first, ...others].join(", ")}`;
  throw new TuttiError("execution.wrong-state", message, { executionId, state });
}
