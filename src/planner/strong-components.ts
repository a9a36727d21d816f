import type { NeedsList } from "./topological-order.ts";

/**
 * Numbers the strongly connected parts of a graph: two nodes have the same number exactly when each can be reached
 * from the other, so an edge lies on a cycle exactly when its ends have one number. Tarjan's algorithm, linear, with a
 * stack of its own.
 */
export function strongComponents(needs: NeedsList): Int32Array {
  const search: Search = {
    needs,
    component: new Int32Array(needs.length).fill(NONE),
    found: new Int32Array(needs.length).fill(NONE),
    lowest: new Int32Array(needs.length),
    open: [],
    counts: { found: 0, components: 0 },
  };
  for (let root = 0; root < needs.length; root += 1) if (search.found[root] === NONE) walk(search, root);
  return search.component;
}

const NONE = -1;

interface Search {
  readonly needs: NeedsList;
  readonly component: Int32Array;
  /** The turn at which a node was found. */
  readonly found: Int32Array;
  /** The earliest found node that is known to be reachable and still open. */
  readonly lowest: Int32Array;
  /** Found nodes whose component is not complete. */
  readonly open: number[];
  readonly counts: { found: number; components: number };
}

function walk(search: Search, root: number): void {
  const path = [root];
  const next = [0];
  enter(search, root);
  while (path.length > 0) {
    const top = path.length - 1;
    const node = path[top] as number;
    const needed = search.needs[node]?.[next[top] ?? 0];
    if (needed === undefined) {
      path.pop();
      next.pop();
      leave(search, node, path.at(-1));
      continue;
    }
    next[top] = (next[top] ?? 0) + 1;
    if (search.found[needed] === NONE) {
      enter(search, needed);
      path.push(needed);
      next.push(0);
    } else if (search.component[needed] === NONE) lower(search, node, search.found[needed] ?? 0);
  }
}

function enter(search: Search, node: number): void {
  search.found[node] = search.counts.found;
  search.lowest[node] = search.counts.found;
  search.counts.found += 1;
  search.open.push(node);
}

function leave(search: Search, node: number, parent: number | undefined): void {
  if (parent !== undefined) lower(search, parent, search.lowest[node] ?? 0);
  if (search.lowest[node] !== search.found[node]) return;
  for (;;) {
    const member = search.open.pop();
    if (member === undefined) break;
    search.component[member] = search.counts.components;
    if (member === node) break;
  }
  search.counts.components += 1;
}

function lower(search: Search, node: number, turn: number): void {
  if (turn < (search.lowest[node] ?? 0)) search.lowest[node] = turn;
}
