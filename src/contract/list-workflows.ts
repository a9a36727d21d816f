import * as z from "zod";
import type { WorkflowStatus } from "../model/stored-workflow.ts";
import type { Operation } from "./operation.ts";
import { workflowStatus } from "./stored-workflow.ts";
import { moment, wireObject } from "./wire-object.ts";

/** Input of `list_workflows`. */
export interface ListWorkflowsInput {
  readonly statusFilter?: WorkflowStatus;
  readonly patternFilter?: string;
  /** Only those that are offered as tools of their own. */
  readonly exposedOnly?: boolean;
  /** 1 to 1,000. Default 100. */
  readonly limit?: number;
  /** From the page before. */
  readonly cursor?: string;
}

/** One line of a list of workflows. */
export interface WorkflowSummary {
  readonly workflowId: string;
  readonly name?: string;
  readonly pattern?: string;
  readonly status: WorkflowStatus;
  readonly version: number;
  readonly stepCount: number;
  readonly exposed: boolean;
  readonly updatedAtMs: number;
}

/** Output of `list_workflows`. */
export interface ListWorkflowsOutput {
  readonly workflows: readonly WorkflowSummary[];
  /** Present when there are, or may be, more. */
  readonly nextCursor?: string;
}

const summary: z.ZodType<WorkflowSummary> = wireObject<WorkflowSummary>(
  {
    workflowId: z.string(),
    name: z.string(),
    pattern: z.string(),
    status: workflowStatus,
    version: z.int(),
    stepCount: z.int(),
    exposed: z.boolean(),
    updatedAtMs: moment,
  },
  { orNull: ["name", "pattern"] },
);

/** Lists stored workflows. */
export const listWorkflows: Operation<ListWorkflowsInput, ListWorkflowsOutput> = {
  name: "list_workflows",
  title: "List workflows",
  description: `Lists the stored workflows in the order of their ids, with their status and number of steps. Use it to find out what there is before you create or execute one. Nothing changes.

Example: {"status_filter": "active"}, or {"pattern_filter": "safe-deployment"}. Filters go together; a page may be short, so go on with next_cursor while there is one. Next: get_workflow, execute_workflow.`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/workflows" },
  input: wireObject<ListWorkflowsInput>({
    statusFilter: workflowStatus.exactOptional(),
    patternFilter: z.string().meta({ description: "Only workflows that follow this pattern." }).exactOptional(),
    exposedOnly: z.boolean().meta({ description: "Only those that are offered as tools of their own." }).exactOptional(),
    limit: z.int().min(1).max(1000).meta({ description: "At most so many; 100 if not given." }).exactOptional(),
    cursor: z.string().meta({ description: "next_cursor of the page before." }).exactOptional(),
  }),
  output: wireObject<ListWorkflowsOutput>({
    workflows: z.array(summary),
    nextCursor: z.string().meta({ description: "There while there may be more." }).exactOptional(),
  }),
  summary: ({ workflows, nextCursor }) =>
    workflows.length === 0
      ? "There are no such workflows."
      : `${workflows.map(({ workflowId, status }) => `${workflowId} (${status})`).join(", ")}${nextCursor === undefined ? "" : ", and maybe more"}`,
};
