import { defined } from "../base/defined.ts";
import { hasErrors } from "../contract/plan-document.ts";
import { isTuttiError } from "../model/errors.ts";
import type { LocatedProblem, Problem } from "../model/problem.ts";
import type { Plan } from "../model/plan.ts";
import type { Catalog } from "../model/tool.ts";
import type { ToolLock } from "../model/tool-lock.ts";
import { buildPlan, type PlanInput } from "../planner/build-plan.ts";
import { usedServers } from "../planner/used-servers.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import { lockDrift } from "./lock-drift.ts";
import type { ReadSource } from "./read-source.ts";

/** A plan, or why there is none. */
export interface PlannedSource {
  readonly plan?: Plan;
  readonly problems: readonly LocatedProblem[];
}

/**
 * Plans a workflow that was read, against the servers that it uses; without a catalog only what can be known so is checked.
 *
 * @param locked - tools as they must still be, if anything must
 */
export async function planSource(
  source: ReadSource,
  catalogs: CatalogSource | undefined,
  signal: AbortSignal,
  locked?: ToolLock["tools"],
): Promise<PlannedSource> {
  const { workflow } = source.parsed;
  if (workflow === undefined || hasErrors(source.problems)) return { problems: await allProblems(source, catalogs, signal) };
  const { workflows } = source;
  const catalog = await catalogs?.catalog(usedServers(workflow, workflows, catalogs?.registry), signal);
  const { plan, problems } = buildPlan({ workflow, workflows, ...knownTo(catalogs, catalog) });
  const found = [...source.problems, ...located(source, problems)];
  const drift = locked === undefined || catalog === undefined ? [] : lockDrift(source, { catalog, registry: catalogs?.registry }, locked);
  return drift.length > 0 ? { problems: [...found, ...drift] } : { ...defined({ plan }), problems: found };
}

/** What is wrong with a workflow that has errors already: also what planning finds in the steps that could be read. */
async function allProblems(
  source: ReadSource,
  catalogs: CatalogSource | undefined,
  signal: AbortSignal,
): Promise<readonly LocatedProblem[]> {
  const { draft, problems } = source.parsed;
  if (draft === undefined) return source.problems;
  const { workflows } = source;
  const catalog = await catalogIfAny(catalogs, usedServers(draft, workflows, catalogs?.registry), signal);
  const more = located(source, buildPlan({ workflow: draft, workflows, ...knownTo(catalogs, catalog) }).problems);
  // Reading and planning both find that a step is not there, one in the name and one in the whole read.
  const known = new Set(problems.flatMap(sameAs));
  const errors = more.filter((problem) => problem.severity === "error" && !sameAs(problem).some((same) => known.has(same)));
  const inFile = [...problems, ...errors].sort(byPlace);
  return [...inFile, ...source.problems.filter((problem) => !problems.includes(problem))];
}

function knownTo(catalogs: CatalogSource | undefined, catalog: Catalog | undefined): Omit<PlanInput, "workflow" | "workflows"> {
  return defined({ catalog, shared: catalogs?.shared, machines: catalogs?.machines?.(), registry: catalogs?.registry });
}

/** The file has to be mended anyway, so a server that cannot be had is not what matters now. */
async function catalogIfAny(
  catalogs: CatalogSource | undefined,
  servers: readonly string[],
  signal: AbortSignal,
): Promise<Catalog | undefined> {
  try {
    return await catalogs?.catalog(servers, signal);
  } catch (error) {
    if (isTuttiError(error)) return undefined;
    throw error;
  }
}

function located(source: ReadSource, problems: readonly Problem[]): readonly LocatedProblem[] {
  return problems.map((problem) => source.parsed.locate(problem)).sort(byPlace);
}

function byPlace(left: LocatedProblem, right: LocatedProblem): number {
  return left.line - right.line || left.column - right.column;
}

/** They agree on the words, or on the place and the kind. */
function sameAs({ line, column, code, message }: LocatedProblem): readonly string[] {
  return [`${line}: ${message}`, `${line}:${column}: ${code}`];
}
