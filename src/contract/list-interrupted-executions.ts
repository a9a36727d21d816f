import * as z from "zod";
import type { ExecutionSummary } from "../model/execution.ts";
import { executionSummary } from "./execution-report.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Output of `list_interrupted_executions`. */
export interface ListInterruptedExecutionsOutput {
  /** Oldest first. */
  readonly executions: readonly ExecutionSummary[];
}

/** Lists the executions that could go on but are not driven by any process. */
export const listInterruptedExecutions: Operation<Record<string, never>, ListInterruptedExecutionsOutput> = {
  name: "list_interrupted_executions",
  title: "List interrupted executions",
  description: "Lists the executions that could go on but that no process drives, because the one that did has ended. Oldest first.",
  kind: "read",
  repeatable: "always",
  input: z.strictObject({}),
  output: wireObject<ListInterruptedExecutionsOutput>({ executions: z.array(executionSummary) }),
};
