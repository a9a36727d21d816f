import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionSignal } from "../engine/person-signal.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import { executionView } from "./execution-view.ts";
import { findExecution } from "./find-execution.ts";
import type { FindExecutionPorts } from "./find-execution.ts";
import type { Caller } from "./operation-context.ts";

export interface SignalExecutionPorts extends FindExecutionPorts {
  readonly driver: ExecutionDriver;
}

/** What is wanted of an execution, and of which. */
export interface Wish {
  /** The id of the execution, or its beginning. */
  readonly prefix: string;
  readonly signal?: ExecutionSignal;
}

/** Records what a person wants of an execution and tells its state then. An execution that nobody drives only records it. */
export async function signalExecution(
  { prefix, signal }: Required<Wish>,
  ports: SignalExecutionPorts,
  caller: Caller,
): Promise<ExecutionView> {
  const executionId = await findExecution(prefix, ports, caller);
  await ports.driver.signal(executionId, signal);
  return await viewOf(executionId, ports.driver);
}

/** Records what a person wants, if anything, and takes the execution up if nobody drives it. */
export async function signalAndDrive({ prefix, signal }: Wish, ports: SignalExecutionPorts, caller: Caller): Promise<ExecutionView> {
  const executionId = await findExecution(prefix, ports, caller);
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
