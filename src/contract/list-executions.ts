import * as z from "zod";
import type { ExecutionStatus, ExecutionSummary, Outcome } from "../model/execution.ts";
import { executionStatus, executionSummary, outcome } from "./execution-report.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `list_executions`. */
export interface ListExecutionsInput {
  readonly status?: ExecutionStatus;
  readonly outcome?: Outcome;
  readonly workflowId?: string;
  /** Also those that other executions have started. Default false. */
  readonly includeChildren?: boolean;
  /** 1 to 1,000. Default 20. */
  readonly limit?: number;
  /** From the page before. */
  readonly cursor?: string;
}

/** Output of `list_executions`. */
export interface ListExecutionsOutput {
  readonly executions: readonly ExecutionSummary[];
  /** Present when there are more. */
  readonly nextCursor?: string;
}

/** Lists executions, newest first. */
export const listExecutions: Operation<ListExecutionsInput, ListExecutionsOutput> = {
  name: "list_executions",
  title: "List executions",
  description: "Lists executions, newest first, by page.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/executions" },
  errors: ["input.invalid"],
  input: wireObject<ListExecutionsInput>({
    status: executionStatus.exactOptional(),
    outcome: outcome.exactOptional(),
    workflowId: z.string().exactOptional(),
    includeChildren: z.boolean().exactOptional(),
    limit: z.int().min(1).max(1000).exactOptional(),
    cursor: z.string().exactOptional(),
  }),
  output: wireObject<ListExecutionsOutput>({
    executions: z.array(executionSummary),
    nextCursor: z.string().exactOptional(),
  }),
};
