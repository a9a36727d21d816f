import { defined } from "../base/defined.ts";
import type { CallPlan, Plan, PlanNode } from "../model/plan.ts";
import { capacityFor } from "../model/step-claim.ts";
import type { Resources, Step, StepAction, Workflow } from "../model/workflow.ts";
import type { OrderedGraph } from "./add-wanted-edges.ts";
import { estimateStep } from "./estimate-step.ts";
import { measureGraph } from "./measure-graph.ts";
import { measureLoad, usedCapacities } from "./measure-load.ts";
import type { StepEntries, StepEntry } from "./step-entry.ts";
import { planCall, type ToolIndex } from "./tool-index.ts";
import { reverseEdges } from "./topological-order.ts";

export interface NodeSources {
  readonly workflow: Workflow;
  readonly entries: StepEntries;
  readonly graph: OrderedGraph;
  readonly tools: ToolIndex;
  /** Of all workflows that the steps run. */
  readonly children: Readonly<Record<string, Plan>>;
}

/** Puts together what is known of each step, and of all of them. */
export function buildNodes(sources: NodeSources): Omit<Plan, "warnings"> {
  const { workflow, entries, graph, children } = sources;
  const capacities = usedCapacities(entries, sources.tools);
  const durationsMs = entries.list.map(({ step }) =>
    estimateStep(step, defined({ childMs: childPlan(step.action, children)?.estimateMs, capacity: capacityFor(step, capacities) })),
  );
  const isMain = (node: number): boolean => entries.list[node]?.phase === "main";
  const main = measureGraph(graph, durationsMs, isMain);
  const end = measureGraph(graph, durationsMs, (node) => !isMain(node));
  const critical = new Set([...main.criticalPath, ...end.criticalPath]);
  const dependents = reverseEdges(graph.needs);
  const changing = new Set(Object.keys(children).filter((id) => children[id]?.nodes.some(({ call }) => call.effect !== "read")));
  const nodes = entries.list.map((entry, node): PlanNode => {
    const calls = planCalls(entry, sources.tools, changing);
    return {
      step: entry.step,
      phase: entry.phase,
      needs: graph.needs[node] ?? [],
      dependents: dependents[node] ?? [],
      ...calls,
      irreversible: calls.call.effect !== "read" && entry.step.compensate === undefined,
      critical: critical.has(node),
      estimateMs: durationsMs[node] ?? 0,
      remainingMs: (isMain(node) ? main : end).remainingMs[node] ?? 0,
      level: (isMain(node) ? main : end).levels[node] ?? 0,
      ...defined({ gate: entry.gate, follows: entry.follows, acceptedBy: entry.acceptedBy }),
    };
  });
  return {
    workflow,
    nodes,
    children,
    criticalPath: [...critical].flatMap((node) => entries.list[node]?.step.id ?? []),
    ...measureLoad({ nodes, phases: [main, end], capacities }),
    ...(Object.keys(capacities).length === 0 ? {} : { capacities }),
    resources: sumResources(entries.list.flatMap(({ step }) => [step.resources ?? {}, childPlan(step.action, children)?.resources ?? {}])),
  };
}

/** @param changing - the ids of the children that change anything */
function planCalls(
  { step }: StepEntry,
  tools: ToolIndex,
  changing: ReadonlySet<string>,
): Pick<PlanNode, "call" | "compensateCall" | "fallbackCall"> {
  const { compensate, fallback } = step;
  const call = planOwnCall(step, tools, changing);
  if (compensate === undefined && fallback?.kind !== "tool") return { call };
  return {
    call,
    ...(compensate === undefined ? {} : { compensateCall: planCall(tools.find(compensate)) }),
    ...(fallback?.kind === "tool" ? { fallbackCall: planCall(tools.find(fallback)) } : {}),
  };
}

/** A child that changes anything acts anew each time: a second attempt is a second child. */
function planOwnCall({ action, effect }: Step, tools: ToolIndex, changing: ReadonlySet<string>): CallPlan {
  if (action.kind === "tool") return planCall(tools.find(action), effect);
  const changes = action.kind === "workflow" && changing.has(action.workflow);
  return { effect: changes ? (effect ?? "once") : "read", honoursKey: false };
}

function childPlan(action: StepAction, children: NodeSources["children"]): Plan | undefined {
  return action.kind === "workflow" && Object.hasOwn(children, action.workflow) ? children[action.workflow] : undefined;
}

const RESOURCES = [
  "gpu",
  "gpuMemoryBytes",
  "memoryBytes",
  "cpu",
  "apiCalls",
  "concurrentJobs",
] as const satisfies readonly (keyof Resources)[];

function sumResources(all: readonly Resources[]): Resources {
  const sums: { -readonly [Name in keyof Resources]: Resources[Name] } = {};
  for (const resources of all) {
    for (const name of RESOURCES) {
      const amount = resources[name];
      if (amount !== undefined) sums[name] = (sums[name] ?? 0) + amount;
    }
  }
  return sums;
}
