import type { Clock } from "../base/clock.ts";
import { openConnections } from "../mcp-client/open-connections.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import { TuttiError } from "../model/errors.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Catalog } from "../model/tool.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Connections } from "../ports/connections.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import { configFaults } from "../tenant-sql/config-faults.ts";

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

/**
 * Prepares connections to servers; nothing is started before it is needed.
 *
 * @throws TuttiError `config.invalid` - an injector would confine nothing, or something else than was meant
 */
export function openServerPool({ version, ...options }: ServerPoolOptions): ServerPool {
  for (const { name, injector } of options.servers) checkInjector(name, injector);
  const connections = openConnections({ ...options, clientVersion: version });
  return {
    servers: options.servers,
    connections,
    catalogs: { catalog: (names, signal) => readCatalog(options.servers, { connections, names: new Set(names) }, signal) },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

/** A file was checked when it was read; what code says of servers was not. */
function checkInjector(server: string, injector: ServerConfig["injector"]): void {
  const [fault] = injector?.kind === "database" ? configFaults(injector) : [];
  if (fault === undefined) return;
  throw new TuttiError("config.invalid", `the injector of "${server}" is not right: ${fault.path.join(".")}: ${fault.message}`, {
    problems: [],
  });
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
