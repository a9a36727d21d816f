import * as z from "zod";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";
import { requestKey, workflowId } from "./workflow-definition.ts";

/** Input of `delete_workflow`. */
export interface DeleteWorkflowInput {
  readonly workflowId: string;
  readonly requestKey?: string;
}

/** Output of `delete_workflow`. */
export interface DeleteWorkflowOutput {
  readonly status: "success";
  readonly workflowId: string;
  /** The last one it had. */
  readonly version: number;
}

/** Forgets a stored workflow. */
export const deleteWorkflow: Operation<DeleteWorkflowInput, DeleteWorkflowOutput> = {
  name: "delete_workflow",
  title: "Delete a workflow",
  description:
    "Forgets a stored workflow with all its versions; its id can be used again. " +
    "Executions of it stay and go on to their end: each carries its plan with it.",
  kind: "change",
  repeatable: "with-request-key",
  permission: "tutti:write",
  tool: "extended",
  route: { method: "DELETE", path: "/workflows/{workflow_id}" },
  errors: ["workflow.not-found", "input.invalid"],
  input: wireObject<DeleteWorkflowInput>({ workflowId, requestKey: requestKey.exactOptional() }),
  output: wireObject<DeleteWorkflowOutput>({ status: z.literal("success"), workflowId: z.string(), version: z.int() }),
  summary: (output) => `The workflow "${output.workflowId}" has been deleted.`,
};
