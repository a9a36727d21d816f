import type { Plan } from "../model/plan.ts";
import type { Step, ToolUse } from "../model/workflow.ts";

/** The names of all servers that an execution of this plan may have to call, its children's among them. */
export function planServers(plan: Plan): ReadonlySet<string> {
  const plans = [plan, ...Object.values(plan.children)];
  return new Set(plans.flatMap(({ nodes }) => nodes.flatMap(({ step }) => toolUses(step).map(({ server }) => server))));
}

function toolUses({ action, verify, compensate, fallback }: Step): readonly ToolUse[] {
  const uses = [action.kind === "tool" ? action : undefined, verify, compensate, fallback?.kind === "tool" ? fallback : undefined];
  return uses.filter((use) => use !== undefined);
}
