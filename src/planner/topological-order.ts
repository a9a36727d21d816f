/** A directed graph as a list: for each node, the nodes that it needs. Numbers are places in the list. */
export type NeedsList = readonly (readonly number[])[];

/**
 * Puts every node behind all that it needs. Nodes on a cycle, and those behind one, are left out: the graph has a
 * cycle exactly when the order is shorter than the graph. Linear, and without recursion.
 */
export function topologicalOrder(needs: NeedsList): readonly number[] {
  const dependents = reverseEdges(needs);
  const open = needs.map((needed) => needed.length);
  const order: number[] = [];
  for (const [node, count] of open.entries()) if (count === 0) order.push(node);
  for (let at = 0; at < order.length; at += 1) {
    for (const dependent of dependents[order[at] as number] ?? []) {
      const left = (open[dependent] ?? 0) - 1;
      open[dependent] = left;
      if (left === 0) order.push(dependent);
    }
  }
  return order;
}

/** The same edges, seen from the other end; each list is ascending. */
export function reverseEdges(needs: NeedsList): readonly (readonly number[])[] {
  const dependents: number[][] = needs.map(() => []);
  for (const [node, needed] of needs.entries()) for (const need of needed) dependents[need]?.push(node);
  return dependents;
}
