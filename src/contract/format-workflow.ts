import * as z from "zod";
import type { LocatedProblem } from "../model/problem.ts";
import { locatedProblem } from "./located-problem.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";
import type { WorkflowFile } from "./workflow-source.ts";

/** Output of `format_workflow`. */
export interface FormatWorkflowOutput {
  /** The canonical text, with the comments of the file; absent when the file has errors. */
  readonly text?: string;
  readonly problems: readonly LocatedProblem[];
}

/** Prints a workflow in its canonical form. */
export const formatWorkflow: Operation<WorkflowFile, FormatWorkflowOutput> = {
  name: "format_workflow",
  title: "Format a workflow",
  description: "Prints a workflow in its canonical form: usual order of keys, usual spelling of names and durations. Comments stay.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "POST", path: "/workflows/format" },
  input: z.strictObject({ file: z.string(), text: z.string() }),
  output: wireObject<FormatWorkflowOutput>({ text: z.string().exactOptional(), problems: z.array(locatedProblem) }),
};
