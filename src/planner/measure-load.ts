import { listScheduleMs, type Task } from "../model/list-schedule.ts";
import type { Plan, PlanNode } from "../model/plan.ts";
import { amountsOf, capacityFor, claimOfStep } from "../model/step-claim.ts";
import type { ServerCapacity } from "../model/tool.ts";
import type { Step } from "../model/workflow.ts";
import { estimateCallsAtOnce } from "./estimate-step.ts";
import type { GraphMeasures } from "./measure-graph.ts";
import type { StepEntries } from "./step-entry.ts";
import type { ToolIndex } from "./tool-index.ts";

type Capacities = Readonly<Record<string, ServerCapacity>>;

/** What the servers that the steps of a workflow call can do at once, as far as there is a limit. */
export function usedCapacities(entries: StepEntries, tools: ToolIndex): Capacities {
  const names = new Set(entries.list.flatMap(({ step: { action } }) => (action.kind === "tool" ? action.server : [])));
  return Object.fromEntries(
    [...names].sort().flatMap((name) => {
      const capacity = tools.capacity(name);
      return capacity === undefined ? [] : [[name, capacity] as const];
    }),
  );
}

/** What is known of a workflow before its load is measured. */
export interface LoadSources {
  /** The main steps, then the finally steps. */
  readonly nodes: readonly PlanNode[];
  /** The graphs of both. */
  readonly phases: readonly [main: GraphMeasures, end: GraphMeasures];
  readonly capacities: Capacities;
}

/** How long a workflow takes, and how many of its steps run side by side, with servers that can do so much and no more. */
export function measureLoad({ nodes, phases, capacities }: LoadSources): Pick<Plan, "estimateMs" | "parallelPaths"> {
  if (Object.keys(capacities).length === 0) {
    const [main, end] = phases;
    return { estimateMs: main.durationMs + end.durationMs, parallelPaths: Math.max(main.widest, end.widest) };
  }
  const first = nodes.findIndex(({ phase }) => phase === "finally");
  const mainCount = first < 0 ? nodes.length : first;
  const parts = [nodes.slice(0, mainCount), nodes.slice(mainCount)];
  const tasks = [tasksOf(nodes.slice(0, mainCount), 0, capacities), tasksOf(nodes.slice(mainCount), mainCount, capacities)];
  return {
    estimateMs: tasks.reduce((sumMs, part) => sumMs + listScheduleMs(part, capacities), 0),
    parallelPaths: Math.max(...parts.map((part) => widestLevel(part, capacities))),
  };
}

/** @param offset - the place of the first node in the plan */
function tasksOf(nodes: readonly PlanNode[], offset: number, capacities: Capacities): readonly Task[] {
  return nodes.map(({ step, needs, estimateMs, remainingMs = 0 }) => {
    const claim = claimOfStep(step, estimateCallsAtOnce(step, capacityFor(step, capacities)));
    const task = { needs: offset === 0 ? needs : needs.map((need) => need - offset), durationMs: estimateMs, remainingMs };
    return claim === undefined ? task : { ...task, claim };
  });
}

/** The most steps of one level that run at once. Of a server those that occupy least of it are counted first. */
function widestLevel(nodes: readonly PlanNode[], capacities: Capacities): number {
  const levels: PlanNode[][] = [];
  for (const node of nodes) (levels[node.level] ??= []).push(node);
  return levels.reduce((most, level) => Math.max(most, sideBySide(level, capacities)), 0);
}

function sideBySide(level: readonly PlanNode[], capacities: Capacities): number {
  let count = 0;
  const claiming = new Map<ServerCapacity, Step[]>();
  for (const { step } of level) {
    const capacity = capacityFor(step, capacities);
    const others = capacity === undefined ? undefined : claiming.get(capacity);
    if (capacity === undefined) count += 1;
    else if (others === undefined) claiming.set(capacity, [step]);
    else others.push(step);
  }
  for (const [capacity, steps] of claiming) count += howManyFit(steps, capacity);
  return count;
}

function howManyFit(steps: readonly Step[], { calls, resources }: ServerCapacity): number {
  if (steps.every((step) => step.resources === undefined)) return Math.min(calls, steps.length);
  const free = new Map(amountsOf(resources));
  const share = (step: Step): number =>
    Math.max(0, ...amountsOf(step.resources).map(([name, amount]) => amount / (resources[name] ?? Infinity)));
  let count = 0;
  for (const step of [...steps].sort((left, right) => share(left) - share(right))) {
    const amounts = amountsOf(step.resources).filter(([name]) => free.has(name));
    if (count === calls || amounts.some(([name, amount]) => amount > (free.get(name) ?? 0))) break;
    for (const [name, amount] of amounts) free.set(name, (free.get(name) ?? 0) - amount);
    count += 1;
  }
  return Math.max(1, count);
}
