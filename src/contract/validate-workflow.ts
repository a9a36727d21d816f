import * as z from "zod";
import type { LocatedProblem } from "../model/problem.ts";
import { locatedProblem } from "./located-problem.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";
import { workflowSource } from "./workflow-source.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** Input of `validate_workflow`. */
export interface ValidateWorkflowInput {
  readonly workflow: WorkflowSource;
  /** Whether tools and arguments are checked too; that starts the servers that the workflow uses. */
  readonly checkTools: boolean;
}

/** Output of `validate_workflow`. */
export interface ValidateWorkflowOutput {
  /** All that is wrong or doubtful, in the order of the file. */
  readonly problems: readonly LocatedProblem[];
}

/** Finds everything that is wrong with a workflow, without running it. */
export const validateWorkflow: Operation<ValidateWorkflowInput, ValidateWorkflowOutput> = {
  name: "validate_workflow",
  title: "Validate a workflow",
  description: "Finds everything that is wrong with a workflow at once, each with its line and column. Nothing is run.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "POST", path: "/workflows/validate" },
  tool: "extended",
  input: wireObject<ValidateWorkflowInput>({ workflow: workflowSource, checkTools: z.boolean() }),
  output: wireObject<ValidateWorkflowOutput>({ problems: z.array(locatedProblem) }),
};
