import type { PlanNode } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import type { StepEntries } from "./step-entry.ts";

/** Warns of steps with a cache that may change something: they are called each time, and their answers are not kept. */
export function checkCache(entries: StepEntries, nodes: readonly PlanNode[]): readonly Problem[] {
  return entries.list.flatMap(({ index, step, path }): readonly Problem[] => {
    const effect = nodes[index]?.call.effect;
    if (step.cache === undefined || effect === undefined || effect === "read") return [];
    const remedy = `take the cache away${step.effect === undefined ? ", or say effect: read if it changes nothing" : ""}`;
    const message = `"${step.id}" is called each time in spite of its cache, because its effect is ${effect} - ${remedy}`;
    return [{ code: "cache-unused", severity: "warning", message, path: [...path, "cache"] }];
  });
}
