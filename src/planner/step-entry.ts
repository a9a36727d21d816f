import type { SourcePlace, StatusReference, StepReference, TemplateReference } from "../expression/references.ts";
import type { PlannedGate } from "../model/plan.ts";
import type { Path, Problem } from "../model/problem.ts";
import { isGateId } from "../model/step-gate.ts";
import type { Step, Workflow } from "../model/workflow.ts";
import type { StepPart } from "./step-parts.ts";

/** A step on its way into the plan. */
export interface StepEntry {
  /** The place in the plan: the steps come first, the finally steps follow. */
  readonly index: number;
  readonly step: Step;
  readonly phase: "main" | "finally";
  /** Where the step is in the workflow. */
  readonly path: Path;
  /** As in the plan. */
  readonly gate?: PlannedGate;
  readonly follows?: number;
  readonly acceptedBy?: number;
}

/** All steps of a workflow, by place and by id. */
export interface StepEntries {
  readonly list: readonly StepEntry[];
  readonly byId: ReadonlyMap<string, StepEntry>;
}

/** With what is wrong with their ids. */
export interface ReadEntries extends StepEntries {
  readonly problems: readonly Problem[];
}

/** Gives every step its place. Of steps with the same id the first is known by it, and the others are reported. */
export function readEntries(workflow: Workflow): ReadEntries {
  const list: StepEntry[] = [];
  const byId = new Map<string, StepEntry>();
  const problems: Problem[] = [];
  for (const [phase, key, steps] of [
    ["main", "steps", workflow.steps],
    ["finally", "finally", workflow.finally],
  ] as const) {
    for (const [place, step] of steps.entries()) {
      const entry = { index: list.length, step, phase, path: [key, place] };
      list.push(entry);
      if (isGateId(step.id)) problems.push(reservedId(entry));
      if (byId.has(step.id)) problems.push(duplicateStep(entry));
      else byId.set(step.id, entry);
    }
  }
  return { list, byId, problems };
}

/** One place at which an expression reads a step, or asks how it ended. */
export type StepRead = StepReference | StatusReference;

/** Goes through everything that the expressions of one part of a step read of steps. */
export function visitReads(part: StepPart, visit: (read: StepRead, expression: TemplateReference) => void): void {
  for (const expression of part.expressions) {
    for (const read of expression.references.steps) visit(read, expression);
    for (const read of expression.references.statusFunctions) visit(read, expression);
  }
}

/** Where in the workflow something that an expression says stands. */
export function placeOf(part: StepPart, expression: TemplateReference, { offset, length }: SourcePlace): Pick<Problem, "path" | "range"> {
  return { path: [...part.path, ...expression.path], range: { offset: expression.offset + offset, length } };
}

function reservedId({ step, path }: StepEntry): Problem {
  const message = `"${step.id}" cannot be the id of a step: ids that end in "--enforcement" and "--validation" are those of gates`;
  return { code: "reserved-id", severity: "error", message, path: [...path, "id"] };
}

function duplicateStep({ step, path }: StepEntry): Problem {
  const message = `there is already a step with the id "${step.id}"`;
  return { code: "duplicate-step", severity: "error", message, path: [...path, "id"] };
}
