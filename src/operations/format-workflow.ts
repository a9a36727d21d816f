import type { FormatWorkflowOutput } from "../contract/format-workflow.ts";
import { hasErrors } from "../contract/plan-document.ts";
import type { WorkflowFile } from "../contract/workflow-source.ts";
import { formatWorkflowText } from "../definition/format-workflow-text.ts";

/** Brings a workflow into its canonical form, unless the file has errors. */
export function formatWorkflow(input: WorkflowFile): FormatWorkflowOutput {
  const { text, problems } = formatWorkflowText(input.text, input.file);
  return hasErrors(problems) ? { problems } : { text, problems };
}
