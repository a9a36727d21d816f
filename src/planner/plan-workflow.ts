import { type CheckRegistry, NO_CHECKS } from "../model/check.ts";
import type { KnownMachine } from "../model/machine.ts";
import type { Plan } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import { buildNodes } from "./build-nodes.ts";
import { checkCache } from "./check-cache.ts";
import { createCallCheck } from "./check-calls.ts";
import { checkConditions } from "./check-conditions.ts";
import { checkFields } from "./check-fields.ts";
import { createGateCheck } from "./check-gates.ts";
import { createLeaseCheck } from "./check-leases.ts";
import { checkKeyTypes } from "./check-key-types.ts";
import { createMachineCheck } from "./check-machines.ts";
import { createNameCheck } from "./check-names.ts";
import { checkResources } from "./check-resources.ts";
import { checkUndo } from "./check-undo.ts";
import { expandGates } from "./expand-gates.ts";
import { createKnownValues } from "./known-values.ts";
import { createLinks, type Links } from "./link-steps.ts";
import { orderSteps } from "./order-steps.ts";
import { type ReadEntries, readEntries } from "./step-entry.ts";
import { type StepPart, stepParts, templatePart } from "./step-parts.ts";
import type { ToolIndex } from "./tool-index.ts";
import { checkPhase, withHandlers } from "./with-handlers.ts";

/** What one workflow is planned with, besides itself. */
export interface Surroundings {
  readonly tools: ToolIndex | undefined;
  readonly workflows: Readonly<Record<string, Workflow>>;
  /** The plans of the children, so far as there are any. */
  readonly children: Readonly<Record<string, Plan>>;
  /** How much there is of what servers share; undefined when nobody knows. */
  readonly shared: Readonly<Record<string, number>> | undefined;
  /** Other machines; undefined when nobody knows. */
  readonly machines: readonly KnownMachine[] | undefined;
  /** What is configured for gates and for steps that only say their type; undefined when nobody knows. */
  readonly registry: CheckRegistry | undefined;
}

/** Plans one workflow, its children being planned. There is no plan without a catalog, nor with an error. */
export function planWorkflow(written: Workflow, around: Surroundings): { readonly plan?: Plan; readonly problems: readonly Problem[] } {
  const { tools, children, registry = NO_CHECKS } = around;
  const workflow = withHandlers(written, registry);
  const entries = readEntries(workflow);
  const { links, problems: stepProblems } = readSteps(workflow, entries, around);
  const { graph, problems: orderProblems } = orderSteps(entries, links, tools);
  const conditionProblems = graph === undefined ? [] : checkConditions(entries, graph);
  const problems = [...stepProblems, ...orderProblems, ...conditionProblems];
  if (graph === undefined || tools === undefined || problems.some(isError)) return { problems: limited(problems) };
  const gated = expandGates({ entries, graph }, registry);
  const planned = buildNodes({ workflow: written, ...gated, tools, children });
  const undoProblems = checkUndo(workflow, gated, planned.nodes);
  const warnings = limited([...problems, ...undoProblems, ...checkCache(gated.entries, planned.nodes)]);
  return { plan: { ...planned, warnings }, problems: warnings };
}

/** Looks at each step once: what it needs, and what is wrong with what it says. */
function readSteps(
  workflow: Workflow,
  entries: ReadEntries,
  { tools, workflows, shared, machines, registry }: Surroundings,
): { readonly links: Links; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [...entries.problems];
  const known = createKnownValues({ workflow, entries, tools, workflows });
  const { checkNeeds, checkPart } = createNameCheck(workflow, entries);
  const checkMachines = createMachineCheck(machines, tools);
  const checkLeases = createLeaseCheck(shared);
  const checkCall = createCallCheck({ tools, workflows, known });
  const checkGate = createGateCheck(registry, checkCall);
  const checkHandled = registry === undefined ? () => [] : checkPhase;
  const checkField = (part: StepPart): readonly Problem[] => checkFields(part, known);
  const checkKeyType = (part: StepPart): readonly Problem[] => checkKeyTypes(part, known);
  let errors = 0;
  const note = (problem: Problem): void => {
    problems.push(problem);
    if (isError(problem)) errors += 1;
  };
  const check = (part: StepPart): void => {
    // An error that nobody will read need not be found, but a plan is only given when there is none.
    if (errors > PROBLEMS_MAX) return;
    for (const find of [checkPart, checkCall, checkField, checkKeyType]) for (const problem of find(part)) note(problem);
  };
  const { add, links } = createLinks(entries);
  for (const entry of entries.list) {
    const parts = stepParts(entry.step, entry.path);
    add(entry, parts);
    for (const problem of [
      ...checkNeeds(entry),
      ...checkResources(entry, tools),
      ...checkLeases(entry),
      ...checkMachines(entry),
      ...checkGate(entry),
      ...checkHandled(entry),
    ])
      note(problem);
    for (const part of parts) check(part);
  }
  if (workflow.output !== undefined) check(templatePart(workflow.output, ["output"]));
  return { links, problems };
}

/** Nobody reads more, and a list may have millions: 10,000 steps with 20 wrong arguments each, for one. */
const PROBLEMS_MAX = 500;

/** The first problems, errors before warnings when not all can stay. */
function limited(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= PROBLEMS_MAX) return problems;
  const kept = [...problems.filter(isError), ...problems.filter((problem) => !isError(problem))].slice(0, PROBLEMS_MAX);
  const message = `there are more problems than these ${PROBLEMS_MAX}`;
  return [...kept, { code: "too-many-problems", severity: "warning", message, path: kept.at(-1)?.path ?? [] }];
}

/** Whether a problem forbids to go on. */
export function isError({ severity }: Problem): boolean {
  return severity === "error";
}
