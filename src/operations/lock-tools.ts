import type { LockToolsInput, LockToolsOutput } from "../contract/lock-tools.ts";
import { hasErrors } from "../contract/plan-document.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { LockedTool } from "../model/tool-lock.ts";
import { createToolIndex } from "../planner/tool-index.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import { catalogFor } from "./catalog-for.ts";
import { lockedTool } from "./locked-tool.ts";
import type { OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";
import { toToolUse } from "./tool-name.ts";
import { toolsOfSource } from "./tools-of-source.ts";

/**
 * Tells what the tools that workflows use are like now. The servers are asked once, however many workflows use them.
 *
 * @throws TuttiError `server.unavailable`
 */
export async function lockTools(
  input: LockToolsInput,
  ports: { readonly catalogs: CatalogSource },
  { signal }: OperationContext,
): Promise<LockToolsOutput> {
  const sources = input.workflows.map(readSource);
  const used = sources.map((source) => [...toolsOfSource(source).keys()].sort());
  const catalog = await catalogFor(used.flat(), ports.catalogs, signal);
  const problems: LocatedProblem[] = [];
  for (const source of sources) problems.push(...(await planSource(source, { catalog: async () => catalog }, signal)).problems);
  if (hasErrors(problems)) return { tools: {}, workflows: [], problems };
  const index = createToolIndex(catalog);
  const tools = new Map<string, LockedTool>();
  for (const name of used.flat().sort()) {
    const found = index.find(toToolUse(name));
    if (found !== undefined) tools.set(name, lockedTool(found));
  }
  const workflows = input.workflows.map(({ file }, place) => ({ file, tools: used[place] ?? [] }));
  return { tools: Object.fromEntries(tools), workflows, problems };
}
