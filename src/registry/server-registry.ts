import type { Clock } from "../base/clock.ts";
import { TuttiError } from "../model/errors.ts";
import { serverFaults } from "../model/server-faults.ts";
import { serverCapacity } from "../model/server-capacity.ts";
import { serverNotFound } from "../model/server-not-found.ts";
import { silencesOf } from "../model/server-record.ts";
import type { ServerRecord } from "../model/server-record.ts";
import { serverUnavailable } from "../model/server-unavailable.ts";
import type { SecurityDemand, ServerConfig, TlsConfig } from "../model/server.ts";
import type { Catalog, ServerCatalog } from "../model/tool.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Connections, Servers } from "../ports/connections.ts";
import type { Discovery } from "../ports/discovery.ts";
import type { ServerSecurity } from "../ports/server-security.ts";
import { connectionConfigs } from "./connection-configs.ts";
import { inspectServer } from "./inspect-server.ts";
import type { InspectPorts } from "./inspect-server.ts";
import { securityFaults } from "./server-security.ts";
import type { SecurityFacts } from "./server-security.ts";

export interface ServerRegistryOptions extends InspectPorts {
  readonly connections: Pick<Connections, "tools" | "facts" | "add">;
  /** By name. Shared with everything that has to know of servers that are registered later. */
  readonly servers: Map<string, ServerConfig>;
  /** The same servers by their names, whichever replica answers. */
  readonly replicated: Pick<Servers, "tools">;
  /** What is demanded of servers. Default: nothing. */
  readonly demanded?: {
    readonly demands: readonly SecurityDemand[];
    readonly tls?: TlsConfig | undefined;
    readonly clock: Pick<Clock, "nowMs">;
    /** Why nothing can be written to the audit log; undefined when it can. Asked only where that is demanded. */
    readonly auditFault: () => Promise<string | undefined>;
  };
}

/**
 * Knows the configured servers, and finds out what they are: their tools, what they announce, how they are doing.
 * Names are unique and tools are named `server.tool`, so that two tools never have the same name.
 */
export class ServerRegistry implements CatalogSource, Discovery, ServerSecurity {
  readonly #options: ServerRegistryOptions;

  constructor(options: ServerRegistryOptions) {
    this.#options = options;
  }

  /**
   * Adds a server while others are in use, and asks it and all its replicas what they are. When it rejects, nothing of
   * the server is left.
   *
   * @throws TuttiError `input.invalid` - its name is taken or is none; `server.unavailable` - none of its replicas answers;
   * `server.insecure` - it is not what is demanded; it is not asked anything then
   */
  async registerServer(config: ServerConfig, signal: AbortSignal): Promise<ServerRecord> {
    const { servers, connections } = this.#options;
    const { name } = config;
    const facts = await this.#securityFacts();
    // From here on nothing is waited for until the name is taken: somebody else may want the same.
    if (servers.has(name)) throw invalid(`a server is named "${name}" already - another must have a name of its own`);
    const [fault] = serverFaults(config);
    if (fault !== undefined) throw invalid(fault);
    const faults = securityFaults(config, facts);
    if (faults.length > 0) throw new TuttiError("server.insecure", `"${name}" was not registered: ${faults.join("; ")}`, { faults });
    await using added = new AsyncDisposableStack();
    added.defer(() => void servers.delete(name));
    for (const connection of connectionConfigs(config)) added.use(connections.add(connection));
    servers.set(name, config);
    const record = await inspectServer(config, this.#options, signal);
    const silences = silencesOf(record);
    if (silences.length === record.replicas.length) throw serverUnavailable(name, silences);
    added.move();
    return record;
  }

  async discover(names: readonly string[] | undefined, signal: AbortSignal): Promise<readonly ServerRecord[]> {
    const { servers } = this.#options;
    const wanted = (names ?? [...servers.keys()]).map((name) => {
      const config = servers.get(name);
      if (config === undefined) throw serverNotFound(name, servers.keys());
      return config;
    });
    return await Promise.all(wanted.map((config) => inspectServer(config, this.#options, signal)));
  }

  /** The servers are asked side by side. Those that are not configured are left out: the planner says so, and where. */
  async catalog(names: readonly string[], signal: AbortSignal): Promise<Catalog> {
    const wanted = new Set(names);
    const facts = await this.#securityFacts();
    const catalogs = Array.from(this.#options.servers.values(), async (server) => {
      const faults = wanted.has(server.name) ? securityFaults(server, facts) : [];
      if (faults.length > 0) return [server.name, { ...whatIsConfigured(server), tools: [], faults }] as const;
      const tools = wanted.has(server.name) ? await this.#options.replicated.tools(server.name, signal) : [];
      return [server.name, { ...whatIsConfigured(server), tools }] as const;
    });
    return Object.fromEntries(await Promise.all(catalogs));
  }

  async faults(names: Iterable<string>): Promise<readonly string[]> {
    const facts = await this.#securityFacts();
    return Array.from(names, (name) => this.#options.servers.get(name)).flatMap((server) =>
      server === undefined ? [] : securityFaults(server, facts),
    );
  }

  async #securityFacts(): Promise<SecurityFacts> {
    const { demanded } = this.#options;
    if (demanded === undefined) return { demands: [], nowMs: 0 };
    const { demands, tls, clock, auditFault } = demanded;
    return { demands, tls, nowMs: clock.nowMs(), auditFault: demands.includes("audited") ? await auditFault() : undefined };
  }
}

function whatIsConfigured(server: ServerConfig): Omit<ServerCatalog, "tools"> {
  const { name, honoursIdempotencyKey, effects, requires } = server;
  return { name, honoursIdempotencyKey, effects, requires, capacity: serverCapacity(server) };
}

function invalid(message: string): TuttiError<"input.invalid"> {
  return new TuttiError("input.invalid", message, { problems: [message] });
}
