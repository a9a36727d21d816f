import { quoted } from "../base/visible.ts";
import type { LockToolsInput, LockToolsOutput } from "../contract/lock-tools.ts";
import { hasErrors } from "../contract/plan-document.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { LockedTool } from "../model/tool-lock.ts";
import { createToolIndex } from "../planner/tool-index.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import { catalogFor } from "./catalog-for.ts";
import { lockedTool, TOO_DEEP } from "./locked-tool.ts";
import type { OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";
import { namedTool } from "./named-tool.ts";
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
  const used = sources.map((source) => toolsOfSource(source, ports.catalogs.registry));
  const all = new Map(used.flatMap((uses) => [...uses]));
  const catalog = await catalogFor([...all.keys()], ports.catalogs, signal);
  const problems: LocatedProblem[] = [];
  for (const source of sources)
    problems.push(...(await planSource(source, { ...ports.catalogs, catalog: async () => catalog }, signal)).problems);
  if (hasErrors(problems)) return { tools: {}, workflows: [], problems };
  const index = createToolIndex(catalog);
  const tools: Record<string, LockedTool> = {};
  for (const [name, { parsed, path }] of [...all].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const found = index.find(namedTool(name));
    const locked = found && lockedTool(found);
    if (locked !== undefined) tools[name] = locked;
    else problems.push(parsed.locate({ code: "too-deep", severity: "error", message: `${quoted(name)} ${TOO_DEEP}`, path }));
  }
  if (hasErrors(problems)) return { tools: {}, workflows: [], problems };
  const workflows = input.workflows.map(({ file }, place) => ({ file, tools: [...(used[place]?.keys() ?? [])].sort() }));
  return { tools, workflows, problems };
}
