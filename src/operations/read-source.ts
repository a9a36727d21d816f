import type { WorkflowSource } from "../contract/workflow-source.ts";
import { parseWorkflow } from "../definition/parse-workflow.ts";
import type { ParsedWorkflow } from "../definition/parse-workflow.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";

/** A workflow with the ones that its steps run, read from text. */
export interface ReadSource {
  readonly parsed: ParsedWorkflow;
  readonly children: readonly ParsedWorkflow[];
  /** Workflows that steps may run, by id. */
  readonly workflows: Readonly<Record<string, Workflow>>;
  /** Of all files. */
  readonly problems: readonly LocatedProblem[];
}

/** Reads a workflow and its children; the children that have errors are left out, and their problems are there. */
export function readSource(source: WorkflowSource): ReadSource {
  const parsed = parseWorkflow(source.text, source.file);
  const children = (source.children ?? []).map((child) => parseWorkflow(child.text, child.file));
  const workflows = children.flatMap(({ workflow }) => (workflow === undefined ? [] : [[workflow.id, workflow] as const]));
  return {
    parsed,
    children,
    workflows: Object.fromEntries(workflows),
    problems: [...parsed.problems, ...children.flatMap((child) => child.problems)],
  };
}
