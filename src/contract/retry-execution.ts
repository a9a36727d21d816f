import * as z from "zod";
import { executionId } from "./execution-ref.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `retry_execution`. */
export interface RetryExecutionInput {
  readonly executionId: string;
  /** This step and all that depend on it run again. Without it, only what had not succeeded runs. */
  readonly fromStep?: string;
  /** The same key always gives the same new execution. */
  readonly requestKey?: string;
}

/** Output of `retry_execution`. */
export interface RetryExecutionOutput {
  /** The new execution. */
  readonly executionId: string;
  /** Steps whose results it takes over. */
  readonly reused: readonly string[];
  /** Steps that had completed, changed something, were not undone, and will run once more. */
  readonly repeated: readonly string[];
}

/** Starts a new execution that takes over what had succeeded in an ended one. */
export const retryExecution: Operation<RetryExecutionInput, RetryExecutionOutput> = {
  name: "retry_execution",
  title: "Retry an execution",
  description:
    "Starts a new execution of the same plan and inputs that takes over the results of steps that had succeeded. " +
    "Steps that were undone, steps that gave only a part where no call is repeated that acts each time, and all that depend on " +
    "a step that runs again, run again.",
  kind: "change",
  repeatable: "with-request-key",
  permission: "tutti:run",
  route: { method: "POST", path: "/executions/{execution_id}/retry", creates: "/executions/{execution_id}" },
  tool: "extended",
  errors: ["execution.not-found", "step.not-found", "execution.wrong-state", "server.unavailable", "server.insecure"],
  input: wireObject<RetryExecutionInput>({
    executionId,
    fromStep: z.string().exactOptional(),
    requestKey: z.string().min(1).max(200).exactOptional(),
  }),
  output: wireObject<RetryExecutionOutput>({
    executionId: z.string(),
    reused: z.array(z.string()),
    repeated: z.array(z.string()),
  }),
};
