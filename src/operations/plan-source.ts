import { defined } from "../base/defined.ts";
import { hasErrors } from "../contract/plan-document.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { Plan } from "../model/plan.ts";
import { buildPlan } from "../planner/build-plan.ts";
import { usedServers } from "../planner/used-servers.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { ReadSource } from "./read-source.ts";

/** A plan, or why there is none. */
export interface PlannedSource {
  readonly plan?: Plan;
  readonly problems: readonly LocatedProblem[];
}

/** Plans a workflow that was read, against the servers that it uses; without a catalog only what can be known so is checked. */
export async function planSource(source: ReadSource, catalogs: CatalogSource | undefined, signal: AbortSignal): Promise<PlannedSource> {
  const { workflow } = source.parsed;
  if (workflow === undefined || hasErrors(source.problems)) return { problems: source.problems };
  const { workflows } = source;
  const catalog = await catalogs?.catalog(usedServers(workflow, workflows), signal);
  const { plan, problems } = buildPlan({ workflow, workflows, ...defined({ catalog }) });
  const located = problems.map((problem) => source.parsed.locate(problem));
  located.sort((left, right) => left.line - right.line || left.column - right.column);
  return { ...defined({ plan }), problems: [...source.problems, ...located] };
}
