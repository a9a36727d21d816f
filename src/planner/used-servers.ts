import { CHECK_SERVER, type CheckRegistry, NO_CHECKS } from "../model/check.ts";
import type { Step, Workflow } from "../model/workflow.ts";
import { withHandlers } from "./with-handlers.ts";

/** The names of all servers that a workflow and its children may call, sorted, so that no others need to be started. */
export function usedServers(
  root: Workflow,
  workflows: Readonly<Record<string, Workflow>> = {},
  registry: CheckRegistry = NO_CHECKS,
): readonly string[] {
  const servers = new Set<string>();
  const seen = new Set<Workflow>();
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const handled = withHandlers(next, registry);
    for (const step of [...handled.steps, ...handled.finally]) {
      for (const server of [...serversOf(step), ...gateServers(step, registry)]) servers.add(server);
      const child = childOf(step, workflows);
      if (child !== undefined) waiting.push(child);
    }
  }
  return [...servers].sort();
}

/** The workflow that a step runs, if it is one that is known. */
export function childOf({ action }: Step, workflows: Readonly<Record<string, Workflow>>): Workflow | undefined {
  return action.kind === "workflow" && Object.hasOwn(workflows, action.workflow) ? workflows[action.workflow] : undefined;
}

/** Those that the checks of a step need. */
function gateServers({ enforcement, validation }: Step, { checks }: CheckRegistry): readonly string[] {
  return [enforcement, validation].flatMap((name) => {
    const check = name !== undefined && Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) return [];
    return check.kind === "tool" ? check.server : CHECK_SERVER;
  });
}

function serversOf({ action, verify, compensate, fallback }: Step): readonly string[] {
  const uses = [action.kind === "tool" ? action : undefined, verify, compensate, fallback?.kind === "tool" ? fallback : undefined];
  return uses.flatMap((use) => use?.server ?? []);
}
