import * as z from "zod";
import type { Operation } from "./operation.ts";
import { moment, wireObject } from "./wire-object.ts";
import { workflowId } from "./workflow-definition.ts";

export type ExportFormat = "json" | "yaml" | "csv";

/** Input of `export_workflow_data`. */
export interface ExportWorkflowDataInput {
  readonly workflowId: string;
  /** Default json. */
  readonly format?: ExportFormat;
  /** How many executions at most, the newest. 0 to 1,000. Default 100. */
  readonly executions?: number;
}

/** Output of `export_workflow_data`. */
export interface ExportedData {
  readonly format: ExportFormat;
  readonly workflowId: string;
  /** The text of a file in that format. */
  readonly content: string;
  /** How many executions are in it. */
  readonly executions: number;
  /** Whether older executions were left out. */
  readonly truncated: boolean;
  readonly exportedAtMs: number;
}

/** Gives the definition and the executions of a stored workflow as one text. */
export const exportWorkflowData: Operation<ExportWorkflowDataInput, ExportedData> = {
  name: "export_workflow_data",
  title: "Export a workflow",
  description: `Gives the definition of a stored workflow and its executions, the newest first, with the status and times of every step, as the text of one file (content): json, yaml or csv. Use it to keep or analyse what happened elsewhere. Nothing changes.

In json and yaml the text has workflow (as get_workflow tells it, so create_workflow takes it) and executions (as get_workflow_status tells each). csv has one line for the workflow, for each execution and for each of its steps; cells that a spreadsheet would take for a formula begin with an apostrophe. truncated says whether older executions were left out.

Example: {"workflow_id": "greet", "format": "csv"}`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/workflows/{workflow_id}/export" },
  errors: ["workflow.not-found"],
  input: wireObject<ExportWorkflowDataInput>({
    workflowId,
    format: z.enum(["json", "yaml", "csv"]).meta({ description: "json if not given." }).exactOptional(),
    executions: z
      .int()
      .min(0)
      .max(1000)
      .meta({ description: "How many executions at most, the newest; 100 if not given." })
      .exactOptional(),
  }),
  output: wireObject<ExportedData>({
    format: z.enum(["json", "yaml", "csv"]),
    workflowId: z.string(),
    content: z.string().meta({ description: "The text of a file in that format." }),
    executions: z.int().meta({ description: "How many executions are in it." }),
    truncated: z.boolean().meta({ description: "Whether older executions were left out." }),
    exportedAtMs: moment,
  }),
};
