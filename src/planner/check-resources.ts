import type { Problem } from "../model/problem.ts";
import { resourceWords } from "../model/resource-words.ts";
import { amountsOf } from "../model/step-claim.ts";
import type { StepEntry } from "./step-entry.ts";
import type { ToolIndex } from "./tool-index.ts";

/** Finds what a step wants to occupy and no replica of its server has as much of: it would never begin. */
export function checkResources({ step, path }: StepEntry, tools: ToolIndex | undefined): readonly Problem[] {
  const { action, resources, targetMachines } = step;
  // What other machines have is looked at where machines are.
  if (resources === undefined || action.kind !== "tool" || targetMachines !== undefined) return [];
  const largest = tools?.capacity(action.server)?.largest ?? {};
  return amountsOf(resources).flatMap(([name, amount]): readonly Problem[] => {
    const most = largest[name];
    if (most === undefined || amount <= most) return [];
    const { key, amount: wanted } = resourceWords(name, amount);
    const message = `${key}: ${wanted} is more than "${action.server}" has, which is at most ${resourceWords(name, most).amount} for one call`;
    return [{ code: "too-much-resource", severity: "error", message, path: [...path, "resources", key] }];
  });
}
