import * as z from "zod";
import { executionId } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `get_execution`. */
export interface GetExecutionInput {
  readonly executionId: string;
  /** False leaves out inputs and the outputs of steps, which can be large. Default true. */
  readonly includeData?: boolean;
}

/** Tells everything about one execution at this moment. */
export const getExecution: Operation<GetExecutionInput, ExecutionView> = {
  name: "get_execution",
  title: "Get an execution",
  description: "Tells what happened in an execution, what it waits for, and its result when it has ended.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/executions/{execution_id}" },
  errors: ["execution.not-found"],
  input: wireObject<GetExecutionInput>({ executionId, includeData: z.boolean().exactOptional() }),
  output: executionView,
};
