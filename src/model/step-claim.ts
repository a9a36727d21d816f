import type { ServerCapacity } from "./tool.ts";
import type { Resources, Step } from "./workflow.ts";

/** What a step occupies at its server while it lasts. */
export interface TaskClaim {
  readonly server: string;
  readonly calls: number;
  readonly resources?: Resources;
}

/** What the server of a step can do at once; undefined where it asks none, or one without a limit. */
export function capacityFor({ action }: Step, capacities: Readonly<Record<string, ServerCapacity>>): ServerCapacity | undefined {
  return action.kind === "tool" && Object.hasOwn(capacities, action.server) ? capacities[action.server] : undefined;
}

/** How many calls of a `for_each` step with so many items can be in flight at once; without a capacity, its own limit counts. */
export function callsAtOnce(step: Step, items: number, capacity: ServerCapacity | undefined): number {
  const limits = [items, step.maxParallel ?? Infinity, capacity?.calls ?? Infinity];
  for (const [name, amount] of amountsOf(step.resources)) {
    const most = capacity?.resources[name];
    // A little more, because sums of fractions are not exact.
    if (most !== undefined) limits.push(Math.floor(most / amount + 1e-9));
  }
  return items === 0 ? 0 : Math.max(1, Math.min(...limits));
}

/** What it occupies while so many of its calls are in flight; undefined where it asks none. */
export function claimOfStep({ action, resources }: Step, calls: number): TaskClaim | undefined {
  if (action.kind !== "tool" || calls === 0) return undefined;
  if (resources === undefined) return { server: action.server, calls };
  const occupied = Object.fromEntries(amountsOf(resources).map(([name, amount]) => [name, amount * calls]));
  return { server: action.server, calls, resources: occupied };
}

/** The resources of which something is claimed, and how much. */
export function amountsOf(resources: Resources = {}): readonly (readonly [name: keyof Resources, amount: number])[] {
  const names = Object.keys(resources) as (keyof Resources)[];
  return names.flatMap((name) => {
    const amount = resources[name] ?? 0;
    return amount > 0 ? [[name, amount] as const] : [];
  });
}
