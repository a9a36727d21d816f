import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { outsideContext } from "../calls/outside-context.ts";
import { openConnections } from "../mcp-client/open-connections.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import { NO_CHECKS } from "../model/check.ts";
import type { CheckRegistry } from "../model/check.ts";
import { TuttiError } from "../model/errors.ts";
import { ownerOf } from "../model/replica.ts";
import type { ServerLoad, ServerRecord } from "../model/server-record.ts";
import { serverFaults } from "../model/server-faults.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { ServerConfig } from "../model/server.ts";
import type { AuditLog } from "../ports/audit.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Connections, Servers } from "../ports/connections.ts";
import type { Discovery } from "../ports/discovery.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import type { HealthPages } from "../ports/health-pages.ts";
import type { Log } from "../ports/log.ts";
import type { Machines } from "../ports/machines.ts";
import type { ServerLogins } from "../ports/server-logins.ts";
import type { ServerSecurity } from "../ports/server-security.ts";
import { connectionConfigs } from "../registry/connection-configs.ts";
import { HealthMonitor } from "../registry/health-monitor.ts";
import { replicatedServers } from "../registry/replicated-servers.ts";
import { ServerRegistry } from "../registry/server-registry.ts";
import type { ServerRegistryOptions } from "../registry/server-registry.ts";
import { builtInServers, withBuiltInServers } from "./built-in-servers.ts";
import { followMachines } from "./follow-machines.ts";
import { machineCatalogs } from "./machine-catalogs.ts";
import { machineConnections } from "./machine-connections.ts";
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
  readonly discovery: Discovery;
  readonly pages: HealthPages;
  /** Undefined when nothing is demanded of servers. */
  readonly security: ServerSecurity | undefined;
  /** Adds a server while others are in use. @throws TuttiError `config.invalid`, `input.invalid`, `server.unavailable` */
  register(server: ServerConfig, signal: AbortSignal): Promise<ServerRecord>;
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
  /** Where calls are recorded; it must work if servers are demanded to be audited. */
  readonly audit?: AuditLog;
  /** Where logins of servers are kept. Default: servers that want one cannot be used. */
  readonly logins?: ServerLogins | undefined;
  /** What steps may ask for by name. Default: nothing. */
  readonly checks?: CheckRegistry | undefined;
  /** Other machines, whose servers are used too; `none` if there are none. Default: nobody knows, and nothing is said of them. */
  readonly machines?: Machines | "none" | undefined;
  /** Whether nobody can read what is said between machines. Default false. */
  readonly machinesEncrypted?: boolean | undefined;
  /** How much of a server is in use. Default: nobody knows. */
  readonly loadOf?: ((server: string) => ServerLoad | undefined) | undefined;
  readonly version: string;
}

/**
 * Prepares connections to servers; nothing is started before it is needed.
 *
 * @throws TuttiError `config.invalid` - what code says of a server cannot be, or an injector would confine nothing, or
 * something else than was meant
 */
export function openServerPool(options: ServerPoolOptions): ServerPool {
  const { clock, settings, events, loadOf, machines, checks = NO_CHECKS } = options;
  const configured = [...builtInServers(checks), ...options.servers];
  checkServers(configured);
  const servers = new Map(configured.map((server) => [server.name, server]));
  // Checks go on long after whoever was the first to use a server, and are not to be made in his context.
  const connections = outsideContext(
    machines === undefined || machines === "none" ? openOwn(options) : machineConnections(openOwn(options), machines),
  );
  const health = new HealthMonitor({ connections, servers, clock, ...defined({ log: events }) });
  const following = follow(options, servers, health);
  const about = replicatedServers({ connections, servers, health });
  const demanded = demandsOf(options);
  const registry = new ServerRegistry({ connections, servers, replicated: about, health, ...defined({ loadOf, demanded }) });
  return {
    servers,
    connections,
    about,
    health,
    catalogs: {
      ...machineCatalogs({ registry, servers, machines }),
      shared: settings?.sharedResources ?? {},
      registry: checks,
    },
    discovery: registry,
    pages: healthPages(servers, options),
    security: demanded === undefined ? undefined : registry,
    async register(server, signal) {
      checkInjector(server);
      return await registry.registerServer(server, signal);
    },
    async [Symbol.asyncDispose]() {
      following?.[Symbol.dispose]();
      await health[Symbol.asyncDispose]();
      await connections[Symbol.asyncDispose]();
    },
  };
}

function openOwn({ servers, clock, elicitor, log, logins, version, settings, checks = NO_CHECKS }: ServerPoolOptions): Connections {
  const configured = openConnections({
    servers: servers.flatMap(connectionConfigs),
    clock,
    elicitor,
    log,
    clientVersion: version,
    ...defined({ tls: settings?.tls, logins }),
  });
  return withBuiltInServers(configured, checks, clock);
}

function follow(
  { machines, machinesEncrypted: encrypted = false, settings }: ServerPoolOptions,
  servers: Map<string, ServerConfig>,
  health: HealthMonitor,
): Disposable | undefined {
  if (machines === undefined || machines === "none") return undefined;
  const mayLeave = encrypted || settings?.demands.includes("encrypted") !== true;
  return followMachines({ machines, servers, health, encrypted, mayLeave });
}

/** That the log can be written is known when something has been written: what was demanded, each time that it was asked for. */
function demandsOf({ settings, audit, clock }: ServerPoolOptions): ServerRegistryOptions["demanded"] {
  const { demands = [], tls } = settings ?? {};
  if (demands.length === 0) return undefined;
  const auditFault = async (): Promise<string | undefined> => {
    if (audit === undefined) return "there is none";
    try {
      await audit.record({ action: "operation", decision: "allowed", operation: "check_security", details: { demands } });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  return { demands, tls, clock, auditFault };
}

function healthPages(servers: ReadonlyMap<string, ServerConfig>, { clock, log, settings }: ServerPoolOptions): HealthPages {
  return {
    async page(connection, signal) {
      const server = servers.get(ownerOf(connection).server);
      const config = server === undefined ? undefined : connectionConfigs(server).find(({ name }) => name === connection);
      if (config === undefined || config.connection.kind === "stdio") return undefined;
      // What speaks HTTP takes a while to load, and most servers are child processes.
      const { fetchHealthPage } = await import("../mcp-client/fetch-health-page.ts");
      return await fetchHealthPage(config, { clock, log, tls: settings?.tls ?? {} }, signal);
    },
  };
}

/** A file was checked when it was read; what code says of servers was not. */
function checkServers(servers: readonly ServerConfig[]): void {
  const names = servers.map(({ name }) => name);
  const twice = names.filter((name, place) => names.indexOf(name) !== place).map(namedTwice(servers));
  const faults = [...twice, ...servers.flatMap(serverFaults)];
  if (faults.length > 0) throw new TuttiError("config.invalid", faults.join("; "), { problems: [] });
  for (const server of servers) checkInjector(server);
}

function namedTwice(servers: readonly ServerConfig[]): (name: string) => string {
  const builtIn = servers.filter(({ connection }) => connection.kind === "built-in").map(({ name }) => name);
  return (name) =>
    builtIn.includes(name)
      ? `a server is named "${name}", as is the one that runs the programs under "checks" - give it another name`
      : `two servers are named "${name}"`;
}

function checkInjector({ name, injector }: ServerConfig): void {
  const [fault] = injector?.kind === "database" ? configFaults(injector) : [];
  if (fault === undefined) return;
  throw new TuttiError("config.invalid", `the injector of "${name}" is not right: ${fault.path.join(".")}: ${fault.message}`, {
    problems: [],
  });
}
