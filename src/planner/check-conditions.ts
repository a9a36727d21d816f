import { evaluateCondition } from "../expression/evaluate.ts";
import { expressionReferences, type References } from "../expression/references.ts";
import type { Problem } from "../model/problem.ts";
import type { Expression } from "../model/workflow.ts";
import type { OrderedGraph } from "./add-wanted-edges.ts";
import { placeOfNeed } from "./describe-cycle.ts";
import type { StepEntries, StepEntry } from "./step-entry.ts";

/**
 * Warns of conditions that are always true or never, as far as that can be told without data, and of steps that can
 * never run because one that they need never does.
 */
export function checkConditions(entries: StepEntries, graph: OrderedGraph): readonly Problem[] {
  const conditions = entries.list.map(conditionOf);
  const found = conditions.map((condition) => (condition === undefined ? undefined : checkCondition(condition)));
  const neverRuns = found.map((problem) => problem?.code === NEVER_TRUE);
  const problems = found.filter((problem) => problem !== undefined);
  for (const node of graph.order) {
    // A condition with a status function is asked whatever became of the needs.
    if (neverRuns[node] === true || conditions[node]?.asksForStatus === true) continue;
    const blocking = graph.needs[node]?.find((need) => neverRuns[need]);
    if (blocking === undefined) continue;
    neverRuns[node] = true;
    problems.push(...unreachable(entries.list[node], entries.list[blocking]));
  }
  return problems;
}

const NEVER_TRUE = "never-true";

interface Condition {
  readonly path: Problem["path"];
  readonly source: Expression;
  readonly references: References;
  readonly asksForStatus: boolean;
}

function conditionOf({ step, path }: StepEntry): Condition | undefined {
  if (step.if === undefined) return undefined;
  const references = expressionReferences(step.if);
  const asksForStatus = references.always || references.statusFunctions.length > 0;
  return { path: [...path, "if"], source: step.if, references, asksForStatus };
}

function checkCondition(condition: Condition): Problem | undefined {
  const { steps, inputs, secrets, statusFunctions } = condition.references;
  if (inputs.length > 0 || secrets.length > 0) return undefined;
  if (steps.length > 0) return condition.asksForStatus ? undefined : checkAfterSuccess(condition);
  if (!condition.asksForStatus) return checkConstant(condition);
  // One function alone can be true and false.
  return statusFunctions.length > 1 ? checkStatusFunctions(condition) : undefined;
}

/** Without a status function the step only runs when what it reads has completed, so asking for another end is in vain. */
function checkAfterSuccess(condition: Condition): Problem | undefined {
  const { steps } = condition.references;
  if (steps.some(({ part }) => part !== "status")) return undefined;
  const ids = steps.map(({ step }) => step);
  if (valueWhen(condition, new Map(ids.map((id) => [id, "completed"]))) !== false) return undefined;
  const why = `without a status function such as failed('${ids[0]}') the step only runs when "${ids[0]}" has completed`;
  return warning(condition, NEVER_TRUE, `this condition is never true: ${why}`);
}

function checkConstant(condition: Condition): Problem | undefined {
  const value = valueWhen(condition, new Map());
  if (value === true) return warning(condition, "always-true", "this condition is always true and can be left out");
  return value === false ? warning(condition, NEVER_TRUE, "this condition is never true, so the step never runs") : undefined;
}

function checkStatusFunctions(condition: Condition): Problem | undefined {
  const ids = [...new Set(condition.references.statusFunctions.map(({ step }) => step))];
  if (ids.length > STEPS_MAX || assignments(ids).some((ends) => valueWhen(condition, ends) !== false)) return undefined;
  return warning(condition, NEVER_TRUE, "this condition is never true, however the steps that it names end");
}

/** How a step can end, as far as status functions tell it apart: to them, cancelled and skipped are one. */
const ENDS = ["completed", "failed", "skipped"] as const;
type End = (typeof ENDS)[number];

/** Of more steps there are too many ways in which they can end together. */
const STEPS_MAX = 4;

function assignments(ids: readonly string[]): readonly ReadonlyMap<string, End>[] {
  let all: ReadonlyMap<string, End>[] = [new Map()];
  for (const id of ids) all = all.flatMap((ends) => ENDS.map((end) => new Map([...ends, [id, end]])));
  return all;
}

/** What the condition gives when steps end so; undefined when that depends on more. */
function valueWhen({ source }: Condition, ends: ReadonlyMap<string, End>): boolean | undefined {
  const result = evaluateCondition(source, {
    inputs: {},
    step: (id) => {
      const status = ends.get(id);
      return status === undefined ? undefined : { status };
    },
  });
  return result.ok ? result.value : undefined;
}

function warning({ path }: Condition, code: string, message: string): Problem {
  return { code, severity: "warning", message, path };
}

function unreachable(entry: StepEntry | undefined, blocking: StepEntry | undefined): readonly Problem[] {
  if (entry === undefined || blocking === undefined) return [];
  const message = `"${entry.step.id}" can never run: it needs "${blocking.step.id}", which never runs`;
  return [{ code: "unreachable-step", severity: "warning", message, ...placeOfNeed(entry, blocking) }];
}
