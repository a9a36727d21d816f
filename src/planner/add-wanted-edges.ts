import type { WantedEdge } from "./link-steps.ts";
import { strongComponents } from "./strong-components.ts";
import { topologicalOrder, type NeedsList } from "./topological-order.ts";

/** A graph without cycles, in an order that holds for it. */
export interface OrderedGraph {
  readonly needs: NeedsList;
  readonly order: readonly number[];
}

/**
 * Adds the wanted edges to a graph that has no cycle, but for those that would close one. When several would only
 * together, all of these are refused: none of them is more right than the others. Linear.
 */
export function addWantedEdges(
  graph: OrderedGraph,
  wanted: readonly WantedEdge[],
): OrderedGraph & { readonly refused: readonly WantedEdge[] } {
  const missing = wanted.filter(({ node, need }) => graph.needs[node]?.includes(need) === false);
  if (missing.length === 0) return { ...graph, refused: [] };
  const component = strongComponents(withEdges(graph.needs, missing));
  const closesCircle = ({ node, need }: WantedEdge): boolean => component[node] === component[need];
  const refused = missing.filter(closesCircle);
  const needs = withEdges(
    graph.needs,
    missing.filter((edge) => !closesCircle(edge)),
  );
  return { needs, order: topologicalOrder(needs), refused };
}

function withEdges(needs: NeedsList, edges: readonly WantedEdge[]): NeedsList {
  const more = new Map<number, Set<number>>();
  for (const { node, need } of edges) {
    const needed = more.get(node) ?? new Set(needs[node]);
    more.set(node, needed.add(need));
  }
  return needs.map((needed, node) => {
    const all = more.get(node);
    return all === undefined ? needed : [...all].sort((left, right) => left - right);
  });
}
