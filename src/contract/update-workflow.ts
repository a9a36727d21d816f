import * as z from "zod";
import { describeResult, workflowResult } from "./create-workflow.ts";
import type { WorkflowResult } from "./create-workflow.ts";
import type { Operation } from "./operation.ts";
import { definitionInput, requestKey } from "./workflow-definition.ts";
import type { DefinitionInput } from "./workflow-definition.ts";

/** Input of `update_workflow`. */
export interface UpdateWorkflowInput extends DefinitionInput {
  /** Refuses the change when somebody else has made one meanwhile. */
  readonly expectedVersion?: number;
}

/** Replaces a stored workflow by a new version. */
export const updateWorkflow: Operation<UpdateWorkflowInput, WorkflowResult> = {
  name: "update_workflow",
  title: "Update a workflow",
  description:
    "Replaces a stored workflow by a new version: the whole definition, as create_workflow takes it. What get_workflow gave may be changed and sent back. " +
    "Executions that have been started go on as they were. One that says the same as before makes no version. " +
    "With expected_version it is refused (workflow.changed) when somebody else has changed it meanwhile.",
  kind: "change",
  repeatable: "with-request-key",
  permission: "tutti:write",
  tool: "extended",
  route: { method: "PUT", path: "/workflows/{workflow_id}" },
  errors: ["definition.invalid", "workflow.not-found", "workflow.changed", "input.invalid"],
  input: definitionInput<UpdateWorkflowInput>({
    expected_version: {
      inside: "expectedVersion",
      schema: z.int().min(1).meta({ description: "The version that you have seen, from get_workflow." }).exactOptional(),
    },
    request_key: { inside: "requestKey", schema: requestKey.exactOptional() },
  }),
  output: workflowResult,
  summary: describeResult,
};
