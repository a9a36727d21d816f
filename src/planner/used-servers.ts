import type { Step, Workflow } from "../model/workflow.ts";

/** The names of all servers that a workflow and its children may call, sorted, so that no others need to be started. */
export function usedServers(workflow: Workflow, workflows: Readonly<Record<string, Workflow>> = {}): readonly string[] {
  const servers = new Set<string>();
  const seen = new Set<Workflow>();
  const waiting = [workflow];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const step of [...next.steps, ...next.finally]) {
      for (const server of serversOf(step)) servers.add(server);
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

function serversOf({ action, verify, compensate, fallback }: Step): readonly string[] {
  const uses = [action.kind === "tool" ? action : undefined, verify, compensate, fallback?.kind === "tool" ? fallback : undefined];
  return uses.flatMap((use) => use?.server ?? []);
}
