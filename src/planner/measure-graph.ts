import type { Ms } from "../base/duration.ts";
import type { OrderedGraph } from "./add-wanted-edges.ts";

/** What the shape of a graph says about how it runs. */
export interface GraphMeasures {
  /** For each node, the length of the longest chain of needs before it. */
  readonly levels: readonly number[];
  /** The nodes that determine how long it takes, from first to last. */
  readonly criticalPath: readonly number[];
  readonly durationMs: Ms;
  /** For each node, the length of the longest chain that begins with it, itself included. */
  readonly remainingMs: readonly Ms[];
  /**
   * The size of the largest level. No node of a level needs another one, so as many can run side by side; more might,
   * across levels, but finding the true number takes more than linear time.
   */
  readonly widest: number;
}

/** Measures the part of a graph that the given nodes are; nothing in it may need anything outside of it. Linear. */
export function measureGraph(graph: OrderedGraph, durationsMs: readonly Ms[], includes: (node: number) => boolean): GraphMeasures {
  const reached: (Reached | undefined)[] = [];
  const sizes: number[] = [];
  let last: Reached | undefined;
  for (const node of graph.order) {
    if (!includes(node)) continue;
    const here = reach(node, durationsMs[node] ?? 0, graph.needs[node]?.map((need) => reached[need]) ?? []);
    reached[node] = here;
    sizes[here.level] = (sizes[here.level] ?? 0) + 1;
    last = later(last, here);
  }
  return {
    levels: graph.needs.map((_, node) => reached[node]?.level ?? 0),
    criticalPath: pathTo(last),
    durationMs: last?.endMs ?? 0,
    remainingMs: measureBackwards(graph, durationsMs, includes),
    widest: sizes.reduce((most, size) => Math.max(most, size), 0),
  };
}

/** What follows a node comes behind it in the order, so that going backwards all that needs it is known. */
function measureBackwards({ order, needs }: OrderedGraph, durationsMs: readonly Ms[], includes: (node: number) => boolean): readonly Ms[] {
  const remainingMs = needs.map(() => 0);
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const node = order[at] as number;
    if (!includes(node)) continue;
    const hereMs = (remainingMs[node] ?? 0) + (durationsMs[node] ?? 0);
    remainingMs[node] = hereMs;
    for (const need of needs[node] ?? []) remainingMs[need] = Math.max(remainingMs[need] ?? 0, hereMs);
  }
  return remainingMs;
}

/** A node in a run in which everything begins as soon as it can. */
interface Reached {
  readonly node: number;
  readonly level: number;
  readonly endMs: Ms;
  /** Of its needs, the one that it waited for. */
  readonly before: Reached | undefined;
}

function reach(node: number, durationMs: Ms, needs: readonly (Reached | undefined)[]): Reached {
  let before: Reached | undefined;
  let level = 0;
  for (const need of needs) {
    if (need === undefined) continue;
    before = later(before, need);
    level = Math.max(level, need.level + 1);
  }
  return { node, level, endMs: durationMs + (before?.endMs ?? 0), before };
}

/** Steps that take no time belong to the chain too: of two that end together, that at the end of the longer chain counts. */
function later(left: Reached | undefined, right: Reached): Reached {
  if (left === undefined || right.endMs > left.endMs) return right;
  return right.endMs === left.endMs && right.level > left.level ? right : left;
}

function pathTo(last: Reached | undefined): readonly number[] {
  const path: number[] = [];
  for (let at = last; at !== undefined; at = at.before) path.push(at.node);
  return path.reverse();
}
