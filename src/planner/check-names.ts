import type { Problem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import { placeOf, visitReads, type StepEntries } from "./step-entry.ts";
import type { StepPart } from "./step-parts.ts";
import { suggestAmong, unknownName } from "./suggest.ts";

/** Finds steps and inputs that are named somewhere in the workflow and are not there. */
export function checkNames(workflow: Workflow, entries: StepEntries, output: StepPart | undefined): readonly Problem[] {
  const suggestStep = suggestAmong(() => entries.byId.keys());
  const suggestInput = suggestAmong(() => Object.keys(workflow.inputs));
  const problems: Problem[] = [];
  const checkPart = (part: StepPart): void => {
    visitReads(part, (read, expression) => {
      if (entries.byId.has(read.step)) return;
      problems.push(unknownName("step", read.step, { ...placeOf(part, expression, read), suggestion: suggestStep(read.step) }));
    });
    for (const expression of part.expressions) {
      for (const input of expression.references.inputs) {
        if (Object.hasOwn(workflow.inputs, input.name)) continue;
        const place = placeOf(part, expression, input);
        problems.push(unknownName("input", input.name, { ...place, suggestion: suggestInput(input.name) }));
      }
    }
  };
  for (const { step, path, parts } of entries.list) {
    for (const [place, id] of step.needs.entries()) {
      if (entries.byId.has(id)) continue;
      problems.push(unknownName("step", id, { path: [...path, "needs", place], suggestion: suggestStep(id) }));
    }
    for (const part of parts) checkPart(part);
  }
  if (output !== undefined) checkPart(output);
  return problems;
}
