import type { DiffToolsInput, DiffToolsOutput, ToolDifference, WorkflowDifference } from "../contract/diff-tools.ts";
import type { Catalog, ServerCatalog } from "../model/tool.ts";
import { toolChanges } from "../planner/tool-changes.ts";
import { createToolIndex } from "../planner/tool-index.ts";
import type { ToolIndex } from "../planner/tool-index.ts";
import { withoutRemoved } from "../planner/without-removed.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import { catalogFor } from "./catalog-for.ts";
import { lockedTool, TOO_DEEP } from "./locked-tool.ts";
import type { OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";
import { namedTool } from "./named-tool.ts";
import { toolsOfSource } from "./tools-of-source.ts";

/**
 * Compares tools with what they were like, and plans workflows with them as they are.
 *
 * @throws TuttiError `server.unavailable` - it is not known then whether its tools have changed
 */
export async function diffTools(
  input: DiffToolsInput,
  ports: { readonly catalogs: CatalogSource },
  { signal }: OperationContext,
): Promise<DiffToolsOutput> {
  const sources = input.workflows.map(readSource);
  const locked = input.usedOnly === true ? [] : Object.keys(input.tools);
  const names = new Set([...locked, ...sources.flatMap((source) => [...toolsOfSource(source, ports.catalogs.registry).keys()])]);
  const catalog = await catalogFor([...names], ports.catalogs, signal);
  const workflows: WorkflowDifference[] = [];
  const asTold = withoutRemovedOutputs(catalog, input.tools);
  for (const source of sources) {
    const { problems } = await planSource(source, { ...ports.catalogs, catalog: async () => asTold }, signal);
    const errors = problems.filter(({ severity }) => severity === "error");
    workflows.push({ file: input.workflows[workflows.length]?.file ?? "", breaks: errors.length > 0, problems: errors });
  }
  const index = createToolIndex(catalog);
  return { tools: [...names].sort().map((name) => differenceOf(name, input.tools, index)), workflows };
}

/** Whoever reads a property that a tool no longer speaks of breaks, though its schema may not forbid that it comes. */
function withoutRemovedOutputs(catalog: Catalog, locked: DiffToolsInput["tools"]): Catalog {
  const servers = Object.entries(catalog).map(([name, server]): readonly [string, ServerCatalog] => {
    const tools = server.tools.map((tool) => {
      const was = locked[`${name}.${tool.name}`]?.outputSchema;
      return was === undefined || tool.outputSchema === undefined
        ? tool
        : { ...tool, outputSchema: withoutRemoved(was, tool.outputSchema) };
    });
    return [name, { ...server, tools }];
  });
  return Object.fromEntries(servers);
}

function differenceOf(name: string, locked: DiffToolsInput["tools"], index: ToolIndex): ToolDifference {
  const was = Object.hasOwn(locked, name) ? locked[name] : undefined;
  if (was === undefined) return { name, status: "unlocked", changes: [] };
  const found = index.find(namedTool(name));
  if (found === undefined) return { name, status: "gone", changes: [] };
  const is = lockedTool(found);
  if (is === undefined) return { name, status: "changed", changes: [{ part: "input", place: "", message: TOO_DEEP, breaks: "callers" }] };
  const changes = toolChanges(was, is);
  return { name, status: changes.length === 0 ? "same" : "changed", changes };
}
