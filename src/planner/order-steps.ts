import type { Problem } from "../model/problem.ts";
import { addWantedEdges, type OrderedGraph } from "./add-wanted-edges.ts";
import { describeCycle } from "./describe-cycle.ts";
import { findCycles } from "./find-cycles.ts";
import type { Links, WantedEdge } from "./link-steps.ts";
import type { StepEntries } from "./step-entry.ts";
import type { ToolIndex } from "./tool-index.ts";
import { describeUnmet, unmetRequirements } from "./tool-requirements.ts";
import { topologicalOrder } from "./topological-order.ts";

/** More cycles than that, and the first ones are read while the others are mended. */
const CYCLES_MAX = 20;

/**
 * Completes what each step needs, and finds an order in which that holds. Without a catalog, what tools require is not looked at.
 *
 * @returns no graph when there is a cycle
 */
export function orderSteps(
  entries: StepEntries,
  { needs, wanted, problems }: Links,
  tools: ToolIndex | undefined,
): { readonly graph?: OrderedGraph; readonly problems: readonly Problem[] } {
  const order = topologicalOrder(needs);
  if (order.length < needs.length) {
    return { problems: [...problems, ...findCycles(needs, CYCLES_MAX).map((cycle) => describeCycle(entries, cycle))] };
  }
  const linked = addWantedEdges({ needs, order }, wanted);
  const warnings = linked.refused.flatMap(({ otherwise }) => otherwise?.() ?? []);
  if (tools === undefined) return { graph: linked, problems: [...problems, ...warnings] };
  const graph = addWantedEdges(linked, unmetRequirements(entries, tools, linked).flatMap(requiredEdge));
  // An edge that was added may also have brought what another step requires.
  const unmet = unmetRequirements(entries, tools, graph).map(describeUnmet);
  return { graph, problems: [...problems, ...warnings, ...unmet] };
}

/** When just one step uses what is required, it is clear which must come first. */
function requiredEdge({ entry, users }: ReturnType<typeof unmetRequirements>[number]): readonly WantedEdge[] {
  const [only] = users;
  return only !== undefined && users.length === 1 ? [{ node: entry.index, need: only.index }] : [];
}
