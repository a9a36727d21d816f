import type { Problem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import { placeOf, type StepEntries, type StepEntry, visitReads } from "./step-entry.ts";
import type { StepPart } from "./step-parts.ts";
import { hintAt, unknownNames } from "./unknown-name.ts";

/** Finds steps and inputs that are named and are not there. */
export interface NameCheck {
  /** In `needs`. */
  readonly checkNeeds: (entry: StepEntry) => readonly Problem[];
  /** In expressions. */
  readonly checkPart: (part: StepPart) => readonly Problem[];
}

/** Names are compared with those of this workflow. */
export function createNameCheck(workflow: Workflow, entries: StepEntries): NameCheck {
  const unknownStep = unknownNames("step", (name) => hintAt(name, [...entries.byId.keys()]));
  const unknownInput = unknownNames("input", (name) => hintAt(name, Object.keys(workflow.inputs)));
  return {
    checkNeeds: ({ step, path }) =>
      step.needs.flatMap((id, place) => (entries.byId.has(id) ? [] : [unknownStep(id, { path: [...path, "needs", place] })])),
    checkPart: (part) => {
      const problems: Problem[] = [];
      visitReads(part, (read, expression) => {
        if (!entries.byId.has(read.step)) problems.push(unknownStep(read.step, placeOf(part, expression, read)));
      });
      for (const expression of part.expressions) {
        for (const input of expression.references.inputs) {
          if (Object.hasOwn(workflow.inputs, input.name)) continue;
          problems.push(unknownInput(input.name, placeOf(part, expression, input)));
        }
      }
      return problems;
    },
  };
}
