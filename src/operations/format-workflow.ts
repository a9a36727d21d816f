import type { FormatWorkflowOutput } from "../contract/format-workflow.ts";
import type { WorkflowFile } from "../contract/workflow-source.ts";
import { parseWorkflow } from "../definition/parse-workflow.ts";
import { printWorkflow } from "../definition/print-workflow.ts";

/** Prints a workflow in its canonical form, unless the file has errors. */
export function formatWorkflow(input: WorkflowFile): FormatWorkflowOutput {
  const { workflow, problems } = parseWorkflow(input.text, input.file);
  return { problems, ...(workflow === undefined ? {} : { text: printWorkflow(workflow) }) };
}
