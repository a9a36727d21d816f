import * as z from "zod";
import type { ExecutionSummary } from "../model/execution.ts";
import { executionSummary } from "./execution-report.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `list_interrupted_executions`. */
export interface ListInterruptedExecutionsInput {
  /** Also those that wait for a person; telling these from the others means to read them. Default false. */
  readonly includeWaiting?: boolean;
  /** Default: all. */
  readonly limit?: number;
}

/** Output of `list_interrupted_executions`. */
export interface ListInterruptedExecutionsOutput {
  /** Oldest first. */
  readonly executions: readonly ExecutionSummary[];
}

/** Lists the executions that could go on but are not driven by any process. */
export const listInterruptedExecutions: Operation<ListInterruptedExecutionsInput, ListInterruptedExecutionsOutput> = {
  name: "list_interrupted_executions",
  title: "List interrupted executions",
  description: "Lists the executions that could go on but that no process drives, because the one that did has ended. Oldest first.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/interrupted-executions" },
  input: wireObject<ListInterruptedExecutionsInput>({
    includeWaiting: z.boolean().exactOptional(),
    limit: z.int().min(1).exactOptional(),
  }),
  output: wireObject<ListInterruptedExecutionsOutput>({ executions: z.array(executionSummary) }),
};
