import type { Clock } from "../base/clock.ts";
import { openConnections } from "../mcp-client/open-connections.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Catalog } from "../model/tool.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Connections } from "../ports/connections.ts";
import type { Elicitor } from "../ports/elicitation.ts";

/** A set of configured servers, with their connections. Disposing closes them. */
export interface ServerPool extends AsyncDisposable {
  readonly servers: readonly ServerConfig[];
  readonly connections: Connections;
  readonly catalogs: CatalogSource;
}

export interface ServerPoolOptions {
  readonly servers: readonly ServerConfig[];
  readonly clock: Clock;
  readonly elicitor: Elicitor;
  readonly log: ServerLog;
  readonly version: string;
}

/** Prepares connections to servers; nothing is started before it is needed. */
export function openServerPool({ version, ...options }: ServerPoolOptions): ServerPool {
  const connections = openConnections({ ...options, clientVersion: version });
  return {
    servers: options.servers,
    connections,
    catalogs: { catalog: (names, signal) => readCatalog(options.servers, { connections, names: new Set(names) }, signal) },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

/** The servers are asked side by side. Those that are not configured are left out: the planner says so, and where. */
async function readCatalog(
  servers: readonly ServerConfig[],
  wanted: { readonly connections: Connections; readonly names: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<Catalog> {
  const catalogs = servers.map(async ({ name, honoursIdempotencyKey, effects, requires }) => {
    const tools = wanted.names.has(name) ? await wanted.connections.tools(name, signal) : [];
    return [name, { name, tools, honoursIdempotencyKey, effects, requires }] as const;
  });
  return Object.fromEntries(await Promise.all(catalogs));
}
