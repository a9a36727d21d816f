import type { Problem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import { placeOf, visitReads, type StepEntries } from "./step-entry.ts";
import type { StepPart } from "./step-parts.ts";
import { hintAt, unknownNames } from "./unknown-name.ts";

/** Finds steps and inputs that are named somewhere in the workflow and are not there. */
export function checkNames(workflow: Workflow, entries: StepEntries, output: StepPart | undefined): readonly Problem[] {
  const unknownStep = unknownNames("step", (name) => hintAt(name, [...entries.byId.keys()]));
  const unknownInput = unknownNames("input", (name) => hintAt(name, Object.keys(workflow.inputs)));
  const problems: Problem[] = [];
  const checkPart = (part: StepPart): void => {
    visitReads(part, (read, expression) => {
      if (!entries.byId.has(read.step)) problems.push(unknownStep(read.step, placeOf(part, expression, read)));
    });
    for (const expression of part.expressions) {
      for (const input of expression.references.inputs) {
        if (Object.hasOwn(workflow.inputs, input.name)) continue;
        problems.push(unknownInput(input.name, placeOf(part, expression, input)));
      }
    }
  };
  for (const { step, path, parts } of entries.list) {
    for (const [place, id] of step.needs.entries()) {
      if (!entries.byId.has(id)) problems.push(unknownStep(id, { path: [...path, "needs", place] }));
    }
    for (const part of parts) checkPart(part);
  }
  if (output !== undefined) checkPart(output);
  return problems;
}
