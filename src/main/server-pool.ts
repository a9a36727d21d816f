import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { openConnections } from "../mcp-client/open-connections.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import { TuttiError } from "../model/errors.ts";
import { connectionName, replicasOf } from "../model/replica.ts";
import { serverCapacity } from "../model/server-capacity.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Catalog } from "../model/tool.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Connections, Servers } from "../ports/connections.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import type { Log } from "../ports/log.ts";
import { HealthMonitor } from "../registry/health-monitor.ts";
import type { HealthChange } from "../registry/health-monitor.ts";
import { replicatedServers } from "../registry/replicated-servers.ts";
import { configFaults } from "../tenant-sql/config-faults.ts";

/** A set of configured servers, with their connections. Disposing closes them. */
export interface ServerPool extends AsyncDisposable {
  /** By name; grows while others run. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** One for each replica, named like it. */
  readonly connections: Connections;
  /** The same by the names of servers, whichever replica answers. */
  readonly about: Servers;
  readonly health: HealthMonitor;
  readonly catalogs: CatalogSource;
  /** Adds a server, or puts it in place of the one that has its name. */
  add(server: ServerConfig): void;
}

export interface ServerPoolOptions {
  readonly servers: readonly ServerConfig[];
  /** Default: nothing is shared, limited or demanded. */
  readonly settings?: ServerSettings | undefined;
  readonly clock: Clock;
  readonly elicitor: Elicitor;
  /** Takes what servers write. */
  readonly log: ServerLog;
  /** Takes what happens to them. Default: it is dropped. */
  readonly events?: Log | undefined;
  readonly onHealthChange?: (change: HealthChange) => void;
  readonly version: string;
}

/**
 * Prepares connections to servers; nothing is started before it is needed.
 *
 * @throws TuttiError `config.invalid` - an injector would confine nothing, or something else than was meant
 */
export function openServerPool(options: ServerPoolOptions): ServerPool {
  const { clock, elicitor, log, settings, events, onHealthChange } = options;
  for (const server of options.servers) checkInjector(server);
  const servers = new Map(options.servers.map((server) => [server.name, server]));
  const connections = openConnections({
    servers: options.servers.flatMap(connectionConfigs),
    clock,
    elicitor,
    log,
    clientVersion: options.version,
    ...defined({ tls: settings?.tls }),
  });
  const health = new HealthMonitor({ connections, servers, clock, ...defined({ log: events, onChange: onHealthChange }) });
  const about = replicatedServers({ connections, servers, health });
  return {
    servers,
    connections,
    about,
    health,
    catalogs: { catalog: (names, signal) => readCatalog(servers, { about, names: new Set(names) }, signal) },
    add(server) {
      checkInjector(server);
      servers.set(server.name, server);
      for (const connection of connectionConfigs(server)) connections.add(connection);
    },
    async [Symbol.asyncDispose]() {
      await health[Symbol.asyncDispose]();
      await connections[Symbol.asyncDispose]();
    },
  };
}

/** A connection is configured like its server, but for what is its own. */
function connectionConfigs(server: ServerConfig): readonly ServerConfig[] {
  return replicasOf(server).map((replica) => ({ ...server, name: connectionName(server, replica), connection: replica.connection }));
}

/** A file was checked when it was read; what code says of servers was not. */
function checkInjector({ name, injector }: ServerConfig): void {
  const [fault] = injector?.kind === "database" ? configFaults(injector) : [];
  if (fault === undefined) return;
  throw new TuttiError("config.invalid", `the injector of "${name}" is not right: ${fault.path.join(".")}: ${fault.message}`, {
    problems: [],
  });
}

/** The servers are asked side by side. Those that are not configured are left out: the planner says so, and where. */
async function readCatalog(
  servers: ReadonlyMap<string, ServerConfig>,
  wanted: { readonly about: Servers; readonly names: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<Catalog> {
  const catalogs = Array.from(servers.values(), async (server) => {
    const { name, honoursIdempotencyKey, effects, requires } = server;
    const tools = wanted.names.has(name) ? await wanted.about.tools(name, signal) : [];
    return [name, { name, tools, honoursIdempotencyKey, effects, requires, capacity: serverCapacity(server) }] as const;
  });
  return Object.fromEntries(await Promise.all(catalogs));
}
