import type { Plan } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import { buildNodes } from "./build-nodes.ts";
import { createCallCheck } from "./check-calls.ts";
import { checkConditions } from "./check-conditions.ts";
import { checkFields } from "./check-fields.ts";
import { checkKeyTypes } from "./check-key-types.ts";
import { createNameCheck } from "./check-names.ts";
import { checkUndo } from "./check-undo.ts";
import { createKnownValues } from "./known-values.ts";
import { createLinks, type Links } from "./link-steps.ts";
import { orderSteps } from "./order-steps.ts";
import { type ReadEntries, readEntries } from "./step-entry.ts";
import { type StepPart, stepParts, templatePart } from "./step-parts.ts";
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
  const { tools, children } = around;
  const entries = readEntries(workflow);
  const { links, problems } = readSteps(workflow, entries, around);
  const { graph, problems: orderProblems } = orderSteps(entries, links, tools);
  problems.push(...orderProblems);
  if (graph !== undefined) problems.push(...checkConditions(entries, graph));
  if (graph === undefined || tools === undefined || problems.some(isError)) return { problems };
  const planned = buildNodes({ workflow, entries, graph, tools, children });
  problems.push(...checkUndo(workflow, entries, graph, planned.nodes));
  return { plan: { ...planned, warnings: problems }, problems };
}

/** Looks at each step once: what it needs, and what is wrong with what it says. */
function readSteps(
  workflow: Workflow,
  entries: ReadEntries,
  { tools, workflows }: Surroundings,
): { readonly links: Links; readonly problems: Problem[] } {
  const problems: Problem[] = [...entries.problems];
  const known = createKnownValues({ workflow, entries, tools, workflows });
  const { checkNeeds, checkPart } = createNameCheck(workflow, entries);
  const checkCall = createCallCheck({ tools, workflows, known });
  const check = (part: StepPart): void => {
    problems.push(...checkPart(part), ...checkCall(part), ...checkFields(part, known), ...checkKeyTypes(part, known));
  };
  const { add, links } = createLinks(entries);
  for (const entry of entries.list) {
    const parts = stepParts(entry.step, entry.path);
    add(entry, parts);
    problems.push(...checkNeeds(entry));
    for (const part of parts) check(part);
  }
  if (workflow.output !== undefined) check(templatePart(workflow.output, ["output"]));
  return { links, problems };
}

/** Whether a problem forbids to go on. */
export function isError({ severity }: Problem): boolean {
  return severity === "error";
}
