import * as z from "zod";
import type { Operation } from "./operation.ts";
import { moment, wireObject } from "./wire-object.ts";
import { workflowId } from "./workflow-definition.ts";

/** Input of `list_workflow_versions`. */
export interface ListWorkflowVersionsInput {
  readonly workflowId: string;
  /** 1 to 1,000. Default 100. */
  readonly limit?: number;
  /** Only versions before this one, for the next page. */
  readonly before?: number;
}

/** When and by whom a version was made. */
export interface WorkflowVersionView {
  readonly version: number;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

/** Output of `list_workflow_versions`. */
export interface ListWorkflowVersionsOutput {
  readonly workflowId: string;
  readonly versions: readonly WorkflowVersionView[];
}

/** Lists the versions of a stored workflow. */
export const listWorkflowVersions: Operation<ListWorkflowVersionsInput, ListWorkflowVersionsOutput> = {
  name: "list_workflow_versions",
  title: "List the versions of a workflow",
  description: "Lists the versions of a stored workflow, newest first, with who made each. get_workflow with version shows one.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "extended",
  route: { method: "GET", path: "/workflows/{workflow_id}/versions" },
  errors: ["workflow.not-found"],
  input: wireObject<ListWorkflowVersionsInput>({
    workflowId,
    limit: z.int().min(1).max(1000).meta({ description: "At most so many; 100 if not given." }).exactOptional(),
    before: z.int().min(2).meta({ description: "Only versions before this one." }).exactOptional(),
  }),
  output: wireObject<ListWorkflowVersionsOutput>({
    workflowId: z.string(),
    versions: z.array(wireObject<WorkflowVersionView>({ version: z.int(), createdAtMs: moment, createdBy: z.string() })),
  }),
};
