import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { nearest } from "../base/nearest.ts";
import type { CallOutcome } from "../model/call.ts";
import { TuttiError } from "../model/errors.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Tool } from "../model/tool.ts";
import type { Connections, ServerCheck, ServerFacts, WireCall } from "../ports/connections.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import type { CallObserver } from "../ports/tool-caller.ts";
import { ServerConnection } from "./server-connection.ts";
import type { ServerLog } from "./server-log.ts";

export interface ConnectionsOptions {
  /** Their names are unique. */
  readonly servers: readonly ServerConfig[];
  readonly clock: Clock;
  readonly elicitor: Elicitor;
  readonly log: ServerLog;
  /** What servers are told as our version. */
  readonly clientVersion: string;
}

/** Connections to MCP servers over stdio and Streamable HTTP. Starts nothing, and loads the SDK only when something is started. */
export function openConnections(options: ConnectionsOptions): Connections {
  return new McpConnections(options);
}

class McpConnections implements Connections {
  readonly names: readonly string[];
  readonly #connections = new Map<string, ServerConnection>();
  readonly #listeners = new Set<(server: string) => void>();

  constructor({ servers, ...ports }: ConnectionsOptions) {
    this.names = servers.map(({ name }) => name);
    for (const config of servers) {
      assert(!this.#connections.has(config.name), `two servers are named "${config.name}"`);
      const changed = (): void => this.#toolsChanged(config.name);
      this.#connections.set(config.name, new ServerConnection(config, { ...ports, server: config.name }, changed));
    }
  }

  async tools(server: string, signal: AbortSignal): Promise<readonly Tool[]> {
    return await this.#connection(server).tools(signal);
  }

  async check(server: string, signal: AbortSignal): Promise<ServerCheck> {
    return await this.#connection(server).check(signal);
  }

  async call(request: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    const { server, tool } = request;
    const connection = this.#connections.get(server);
    if (connection === undefined) {
      return { kind: "failed", accepted: false, error: { kind: "not_found", message: this.#unknownServer(server), server, tool } };
    }
    const outcome = await connection.call(request, observer, signal);
    return outcome.kind === "succeeded" ? outcome : { ...outcome, error: { ...outcome.error, server, tool } };
  }

  async facts(server: string, signal: AbortSignal): Promise<ServerFacts> {
    return await this.#connection(server).facts(signal);
  }

  onToolsChanged(listener: (server: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#connections.values(), (connection) => connection[Symbol.asyncDispose]()));
  }

  #connection(server: string): ServerConnection {
    const connection = this.#connections.get(server);
    if (connection === undefined) throw new TuttiError("server.not-found", this.#unknownServer(server), { server });
    return connection;
  }

  #unknownServer(server: string): string {
    const meant = nearest(server, this.names);
    return `no server has the name "${server}"${meant === undefined ? "" : ` - did you mean "${meant}"?`}`;
  }

  #toolsChanged(server: string): void {
    for (const listener of this.#listeners) listener(server);
  }
}
