import type { Plan, PlanNode } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import type { OrderedSteps } from "./expand-gates.ts";
import type { StepEntry } from "./step-entry.ts";

/**
 * Warns of steps that cannot be undone and come before one that can: when something fails later, the workflow goes back
 * beyond them, and they stand. What cannot be undone belongs behind the last step that can.
 */
export function checkUndo(workflow: Plan["workflow"], { entries, graph }: OrderedSteps, nodes: readonly PlanNode[]): readonly Problem[] {
  const { mode, rollbackOnFailure } = workflow.errorPolicy;
  if (mode !== "fail_fast" || rollbackOnFailure === false) return [];
  /** For each node, the next one after it that declares a compensation. */
  const undoable = new Map<number, number>();
  for (const node of graph.order.toReversed()) {
    for (const dependent of nodes[node]?.dependents ?? []) {
      const next = nodes[dependent]?.step.compensate === undefined ? undoable.get(dependent) : dependent;
      if (next !== undefined) undoable.set(node, Math.min(next, undoable.get(node) ?? next));
    }
  }
  return entries.list.flatMap((entry) => {
    const later = entries.list[undoable.get(entry.index) ?? -1];
    return later !== undefined && entry.phase === "main" && nodes[entry.index]?.irreversible === true ? [staysBehind(entry, later)] : [];
  });
}

function staysBehind({ step, path }: StepEntry, later: StepEntry): Problem {
  const remedy = `run it later or give it a compensate${step.effect === undefined ? ", or say effect: read if it changes nothing" : ""}`;
  const message = `"${step.id}" cannot be undone and comes before "${later.step.id}", which can: when a later step fails, "${step.id}" stands - ${remedy}`;
  return {
    code: "irreversible-first",
    severity: "warning",
    message,
    path: [...path, step.action.kind === "workflow" ? "workflow" : "tool"],
  };
}
