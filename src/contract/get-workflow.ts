import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import type { WorkflowStatus } from "../model/stored-workflow.ts";
import type { Operation } from "./operation.ts";
import { latestExecution, workflowStatus } from "./stored-workflow.ts";
import type { LatestExecution } from "./stored-workflow.ts";
import { moment, wireObject } from "./wire-object.ts";
import { workflowId } from "./workflow-definition.ts";

/** Input of `get_workflow`. */
export interface GetWorkflowInput {
  readonly workflowId: string;
  /** Default: the current one. */
  readonly version?: number;
}

/** Output of `get_workflow`. */
export interface GetWorkflowOutput {
  readonly workflowId: string;
  /** Which version the definition is of. */
  readonly version: number;
  readonly status: WorkflowStatus;
  /** The canonical document of the workflow. On the wire its keys stand beside the others. */
  readonly definition: JsonObject;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string;
  readonly latestExecution?: LatestExecution;
}

const facts = z.looseObject({
  workflow_id: z.string(),
  name: z.string().optional().meta({ description: "A title for people." }),
  description: z.string().optional(),
  pattern: z.string().optional(),
  status: workflowStatus,
  version: z.int().meta({ description: "Of the stored workflow, from 1." }),
  version_label: z.string().optional().meta({ description: "The version that the definition itself says, if it does." }),
  steps: z.array(z.record(z.string(), z.unknown())),
  metadata: z.record(z.string(), z.unknown()).optional(),
  created_at: moment,
  updated_at: moment,
  created_by: z.string(),
  latest_execution: latestExecution.optional().meta({ description: "The newest execution since the workflow was made." }),
});

const output = z.codec(
  facts,
  z.custom<GetWorkflowOutput>((value) => value !== undefined),
  {
    decode: (document): GetWorkflowOutput => {
      const { workflow_id: id, version, status, created_at, updated_at, created_by, latest_execution, version_label, ...rest } = document;
      const label = version_label === undefined ? {} : { version: version_label };
      return {
        workflowId: id,
        version,
        status,
        definition: { id, ...(rest as Record<string, Json>), ...label },
        createdAtMs: created_at,
        updatedAtMs: updated_at,
        createdBy: created_by,
        ...(latest_execution === undefined ? {} : { latestExecution: latest_execution }),
      };
    },
    encode: ({ definition, ...own }) => {
      const { id: _id, version: label, steps = [], ...rest } = definition;
      return {
        workflow_id: own.workflowId,
        status: own.status,
        version: own.version,
        ...(label === undefined ? {} : { version_label: label }),
        ...rest,
        steps,
        created_at: own.createdAtMs,
        updated_at: own.updatedAtMs,
        created_by: own.createdBy,
        ...(own.latestExecution === undefined ? {} : { latest_execution: own.latestExecution }),
      } as never;
    },
  },
);

/** Tells all about a stored workflow. */
export const getWorkflow: Operation<GetWorkflowInput, GetWorkflowOutput> = {
  name: "get_workflow",
  title: "Get a workflow",
  description: `Tells the full definition of a stored workflow, who made it and when, and how it is: draft, active, executing, completed, failed or paused, after its newest execution. Use it before you execute or change one, to see its inputs and steps. Nothing changes.

Example: {"workflow_id": "greet"}. Next: execute_workflow, or get_workflow_status with latest_execution.execution_id.`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/workflows/{workflow_id}" },
  errors: ["workflow.not-found"],
  input: wireObject<GetWorkflowInput>({
    workflowId,
    version: z.int().min(1).meta({ description: "An older version; by default the current one." }).exactOptional(),
  }),
  output,
};
