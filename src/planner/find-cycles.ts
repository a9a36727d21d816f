import type { NeedsList } from "./topological-order.ts";

/**
 * Finds cycles: at least one through every part of the graph that has any, and one for each edge that closes a circle
 * in a depth-first walk, up to `limit`. Without the edges that they end with, no cycle is left.
 *
 * @returns each as the nodes in the order in which one needs the next, beginning with the lowest number
 */
export function findCycles(needs: NeedsList, limit: number): readonly (readonly number[])[] {
  const cycles: (readonly number[])[] = [];
  const place = new Int32Array(needs.length).fill(NEW);
  for (let root = 0; root < needs.length && cycles.length < limit; root += 1) {
    if (place[root] === NEW) walk({ needs, place, cycles, limit }, root);
  }
  return cycles;
}

const NEW = -2;
const DONE = -1;

interface Search {
  readonly needs: NeedsList;
  /** The place of each node on the current path, or NEW or DONE. */
  readonly place: Int32Array;
  readonly cycles: (readonly number[])[];
  readonly limit: number;
}

/** A depth-first walk with a stack of its own: a chain of 10,000 steps would overflow that of the machine. */
function walk(search: Search, root: number): void {
  const path = [root];
  const next = [0];
  search.place[root] = 0;
  while (path.length > 0 && search.cycles.length < search.limit) {
    const top = path.length - 1;
    const node = path[top] as number;
    const needed = search.needs[node]?.[next[top] ?? 0];
    if (needed === undefined) {
      search.place[node] = DONE;
      path.pop();
      next.pop();
      continue;
    }
    next[top] = (next[top] ?? 0) + 1;
    const seenAt = search.place[needed] ?? DONE;
    if (seenAt === NEW) {
      search.place[needed] = path.length;
      path.push(needed);
      next.push(0);
    } else if (seenAt >= 0) search.cycles.push(fromLowest(path.slice(seenAt)));
  }
}

function fromLowest(cycle: readonly number[]): readonly number[] {
  let lowest = 0;
  for (const [at, node] of cycle.entries()) if (node < (cycle[lowest] ?? node)) lowest = at;
  return [...cycle.slice(lowest), ...cycle.slice(0, lowest)];
}
