import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionSignal } from "../engine/person-signal.ts";
import type { Journal } from "../ports/journal.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";

export interface SignalExecutionPorts {
  readonly journal: Pick<Journal, "find">;
  readonly driver: ExecutionDriver;
}

/** Records what a person wants of an execution and tells its state then. An execution that nobody drives only records it. */
export async function signalExecution(prefix: string, signal: ExecutionSignal, ports: SignalExecutionPorts): Promise<ExecutionView> {
  const executionId = await findExecution(ports.journal, prefix);
  await ports.driver.signal(executionId, signal);
  return await viewOf(executionId, ports.driver);
}

/** Records what a person wants, if anything, and takes the execution up if nobody drives it. */
export async function signalAndDrive(
  prefix: string,
  signal: ExecutionSignal | undefined,
  ports: SignalExecutionPorts,
): Promise<ExecutionView> {
  const executionId = await findExecution(ports.journal, prefix);
  if (signal !== undefined) await ports.driver.signal(executionId, signal);
  await ports.driver.resume(await rootOf(executionId, ports.driver));
  return await viewOf(executionId, ports.driver);
}

async function viewOf(executionId: string, driver: ExecutionDriver): Promise<ExecutionView> {
  return executionView(await driver.report(executionId), driver.driven(executionId));
}

/** A child is driven by whoever drives its root, so that there is only one; a child that has outlived its parent is its own root. */
async function rootOf(executionId: string, driver: ExecutionDriver): Promise<string> {
  const { parent } = await driver.report(executionId);
  if (parent === undefined || (await driver.report(parent.executionId)).outcome !== undefined) return executionId;
  return await rootOf(parent.executionId, driver);
}
