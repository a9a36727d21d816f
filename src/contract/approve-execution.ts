import * as z from "zod";
import { executionId } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `approve_execution`. */
export interface ApproveExecutionInput {
  readonly executionId: string;
  /** May be left out when only one step waits for an approval. */
  readonly step?: string;
  readonly approved: boolean;
  /** Who says so. */
  readonly by?: string;
  readonly comment?: string;
}

/** Answers an approval that an execution waits for. */
export const approveExecution: Operation<ApproveExecutionInput, ExecutionView> = {
  name: "approve_execution",
  title: "Approve or refuse",
  description:
    "Answers an approval that an execution waits for. The answer is recorded once and cannot be changed. Refusing fails the step.",
  kind: "change",
  repeatable: "never",
  permission: "tutti:run",
  route: { method: "POST", path: "/executions/{execution_id}/approve" },
  tool: "extended",
  errors: ["execution.not-found", "step.not-found", "execution.wrong-state"],
  input: wireObject<ApproveExecutionInput>({
    executionId,
    step: z.string().exactOptional(),
    approved: z.boolean(),
    by: z.string().max(200).exactOptional(),
    comment: z.string().max(10_000).exactOptional(),
  }),
  output: executionView,
};
