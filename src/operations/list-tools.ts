import { defined } from "../base/defined.ts";
import type { ListToolsInput, ListToolsOutput, ToolEntry } from "../contract/list-tools.ts";
import { TuttiError } from "../model/errors.ts";
import { serverNotFound } from "../model/server-not-found.ts";
import type { ServerCatalog, Tool } from "../model/tool.ts";
import { createToolIndex, planCall } from "../planner/tool-index.ts";
import type { ToolIndex } from "../planner/tool-index.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { OperationContext } from "./operation-context.ts";

export interface ListToolsPorts {
  /** Of all configured servers. */
  readonly names: readonly string[];
  readonly catalogs: CatalogSource;
}

/**
 * Lists tools, server by server.
 *
 * @throws TuttiError `server.not-found`, `server.unavailable`, `server.insecure`
 */
export async function listTools(input: ListToolsInput, ports: ListToolsPorts, { signal }: OperationContext): Promise<ListToolsOutput> {
  const names = input.server === undefined ? ports.names : [input.server];
  for (const server of names) {
    if (!ports.names.includes(server)) throw serverNotFound(server, ports.names);
  }
  const catalog = await ports.catalogs.catalog(names, signal);
  const servers = names.flatMap((name) => catalog[name] ?? []);
  const faults = input.server === undefined ? [] : servers.flatMap((server) => server.faults ?? []);
  if (faults.length > 0) throw new TuttiError("server.insecure", faults.join("; "), { faults });
  const index = createToolIndex(catalog);
  return { tools: servers.flatMap((server) => server.tools.map((tool) => entryOf(server, tool, index))) };
}

function entryOf(server: ServerCatalog, tool: Tool, index: ToolIndex): ToolEntry {
  const { name, description, inputSchema, outputSchema } = tool;
  return {
    name: `${server.name}.${name}`,
    server: server.name,
    ...defined({ description, outputSchema }),
    effect: planCall(index.find({ server: server.name, tool: name, with: {} })).effect,
    inputSchema,
  };
}
