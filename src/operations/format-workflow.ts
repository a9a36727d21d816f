import { Lexer } from "yaml";
import { defined } from "../base/defined.ts";
import type { FormatWorkflowOutput } from "../contract/format-workflow.ts";
import type { WorkflowFile } from "../contract/workflow-source.ts";
import { parseWorkflow } from "../definition/parse-workflow.ts";
import { printWorkflow } from "../definition/print-workflow.ts";

/** Prints a workflow in its canonical form, unless the file has errors. */
export function formatWorkflow(input: WorkflowFile): FormatWorkflowOutput {
  const { workflow, problems } = parseWorkflow(input.text, input.file);
  const text = workflow === undefined ? undefined : printWorkflow(workflow);
  return { problems, comments: text === undefined ? 0 : countComments(input.text), ...defined({ text }) };
}

/** The lexer marks the beginning of every value, so that only a comment begins with this sign. */
function countComments(text: string): number {
  let comments = 0;
  for (const token of new Lexer().lex(text)) if (token.startsWith("#")) comments += 1;
  return comments;
}
