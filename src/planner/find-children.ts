import type { Path } from "../model/problem.ts";
import type { Step, Workflow } from "../model/workflow.ts";
import { findCycles } from "./find-cycles.ts";
import { topologicalOrder } from "./topological-order.ts";

/** The workflows that a workflow runs, directly and through others. */
export interface Children {
  /** Each after all that it runs itself. Those that run each other in a circle are left out. */
  readonly order: readonly Child[];
  /** Circles of ids, and the step of the workflow that leads into each. */
  readonly cycles: readonly { readonly ids: readonly string[]; readonly path: Path }[];
}

interface Child {
  /** By which steps know it. */
  readonly id: string;
  readonly workflow: Workflow;
  /** The first step of the workflow that runs it, directly or through others. */
  readonly path: Path;
}

/** More cycles than that are not looked for. */
const CYCLES_MAX = 20;

/** Follows the workflows that steps run. Ids that are not known lead nowhere. */
export function findChildren(root: Workflow, workflows: Readonly<Record<string, Workflow>>): Children {
  const found: Child[] = [{ id: root.id, workflow: root, path: [] }];
  // Whatever is known by the id of the root, a step that names it runs the root again.
  const places = new Map([[root.id, 0]]);
  const needs: number[][] = [];
  for (let place = 0; place < found.length; place += 1) {
    const { workflow, path } = found[place] as Child;
    const needed = new Set<number>();
    for (const run of childRuns(workflow)) {
      const child = Object.hasOwn(workflows, run.id) ? workflows[run.id] : undefined;
      const known = places.get(run.id);
      if (known !== undefined) needed.add(known);
      else if (child !== undefined) {
        needed.add(found.length);
        places.set(run.id, found.length);
        found.push({ id: run.id, workflow: child, path: place === 0 ? run.path : path });
      }
    }
    needs.push([...needed]);
  }
  const order = topologicalOrder(needs).flatMap((place) => (place === 0 ? [] : (found[place] ?? [])));
  const cycles = findCycles(needs, CYCLES_MAX).map((cycle) => describeCycle(found, cycle));
  return { order, cycles };
}

function describeCycle(found: readonly Child[], cycle: readonly number[]): Children["cycles"][number] {
  const members = cycle.flatMap((place) => found[place] ?? []);
  const ids = [...members, ...members.slice(0, 1)].map(({ id }) => id);
  const [root] = found;
  const inner = members.find((member) => member !== root);
  const itself = root === undefined ? undefined : childRuns(root.workflow).find(({ id }) => id === root.workflow.id);
  return { ids, path: inner?.path ?? itself?.path ?? [] };
}

function childRuns(workflow: Workflow): readonly { readonly id: string; readonly path: Path }[] {
  const runs = (key: "steps" | "finally", steps: readonly Step[]): readonly { readonly id: string; readonly path: Path }[] =>
    steps.flatMap(({ action }, place) => (action.kind === "workflow" ? [{ id: action.workflow, path: [key, place, "workflow"] }] : []));
  return [...runs("steps", workflow.steps), ...runs("finally", workflow.finally)];
}
