import type { Plan } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import { buildNodes } from "./build-nodes.ts";
import { createCallCheck } from "./check-calls.ts";
import { checkConditions } from "./check-conditions.ts";
import { checkFields } from "./check-fields.ts";
import { checkItems } from "./check-items.ts";
import { checkNames } from "./check-names.ts";
import { checkUndo } from "./check-undo.ts";
import { createKnownValues } from "./known-values.ts";
import { orderSteps } from "./order-steps.ts";
import { readEntries } from "./step-entry.ts";
import { templatePart } from "./step-parts.ts";
import type { ToolIndex } from "./tool-index.ts";

/** What one workflow is planned with, besides itself. */
export interface Surroundings {
  readonly tools: ToolIndex | undefined;
  readonly workflows: Readonly<Record<string, Workflow>>;
  /** The plans of the children, so far as there are any. */
  readonly children: Readonly<Record<string, Plan>>;
}

/** Plans one workflow, its children being planned. There is no plan without a catalog, nor with an error. */
export function planWorkflow(workflow: Workflow, around: Surroundings): { readonly plan?: Plan; readonly problems: readonly Problem[] } {
  const { tools, workflows, children } = around;
  const entries = readEntries(workflow);
  const output = workflow.output === undefined ? undefined : templatePart(workflow.output, ["output"]);
  const parts = [...entries.list.flatMap((entry) => entry.parts), ...(output === undefined ? [] : [output])];
  const known = createKnownValues({ workflow, entries, tools, workflows });
  const checkCall = createCallCheck({ tools, workflows, known });
  const { graph, problems: orderProblems } = orderSteps(entries, tools);
  const problems = [
    ...entries.problems,
    ...checkNames(workflow, entries, output),
    ...orderProblems,
    ...parts.flatMap(checkCall),
    ...parts.flatMap((part) => checkFields(part, known)),
    ...entries.list.flatMap((entry) => checkItems(entry, known)),
    ...(graph === undefined ? [] : checkConditions(entries, graph)),
  ];
  if (graph === undefined || tools === undefined || problems.some(isError)) return { problems };
  const planned = buildNodes({ workflow, entries, graph, tools, children });
  const warnings = [...problems, ...checkUndo(workflow, entries, graph, planned.nodes)];
  return { plan: { ...planned, warnings }, problems: warnings };
}

/** Whether a problem forbids to go on. */
export function isError({ severity }: Problem): boolean {
  return severity === "error";
}
