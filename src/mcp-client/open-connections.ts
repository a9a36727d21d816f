import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { CallOutcome } from "../model/call.ts";
import type { ServerConfig, TlsConfig } from "../model/server.ts";
import { serverNotFound } from "../model/server-not-found.ts";
import type { Tool } from "../model/tool.ts";
import type { Connections, ServerCheck, ServerFacts, WireCall } from "../ports/connections.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import type { LoginAssistant, ServerLogins } from "../ports/server-logins.ts";
import type { CallObserver } from "../ports/tool-caller.ts";
import { connectionTls } from "./connection-tls.ts";
import { ServerConnection } from "./server-connection.ts";
import type { ServerLog } from "./server-log.ts";
import type { SessionPorts } from "./session-ports.ts";

export interface ConnectionsOptions {
  /** Their names are unique. */
  readonly servers: readonly ServerConfig[];
  readonly clock: Clock;
  readonly elicitor: Elicitor;
  readonly log: ServerLog;
  /** What servers are told as our version. */
  readonly clientVersion: string;
  /** Where logins are kept. Default: a server that wants one cannot be used. */
  readonly logins?: ServerLogins;
  /** Takes a person to where he logs in. Default: he is told how. */
  readonly assistant?: LoginAssistant;
  /** For all connections over a network that have none of their own. */
  readonly tls?: TlsConfig;
}

/** Connections to MCP servers over stdio, Streamable HTTP and WebSocket. Starts nothing, and loads the SDK only when something is started. */
export function openConnections(options: ConnectionsOptions): Connections {
  return new McpConnections(options);
}

class McpConnections implements Connections {
  readonly #ports: Omit<SessionPorts, "server" | "tls">;
  readonly #tls: TlsConfig;
  readonly #connections = new Map<string, ServerConnection>();
  readonly #listeners = new Set<(server: string) => void>();

  constructor({ servers, tls = {}, ...ports }: ConnectionsOptions) {
    this.#ports = ports;
    this.#tls = tls;
    for (const config of servers) this.add(config);
  }

  get names(): readonly string[] {
    return [...this.#connections.keys()];
  }

  add(config: ServerConfig): AsyncDisposable {
    const { name } = config;
    assert(!this.#connections.has(name), `two servers are named "${name}"`);
    const ports = { ...this.#ports, server: name, tls: connectionTls(config, this.#tls, this.#ports) };
    const connection = new ServerConnection(config, ports, () => this.#toolsChanged(name));
    this.#connections.set(name, connection);
    return {
      [Symbol.asyncDispose]: async () => {
        this.#connections.delete(name);
        await connection[Symbol.asyncDispose]();
      },
    };
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
      return {
        kind: "failed",
        accepted: false,
        error: { kind: "not_found", message: serverNotFound(server, this.names).message, server, tool },
      };
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
    if (connection === undefined) throw serverNotFound(server, this.names);
    return connection;
  }

  #toolsChanged(server: string): void {
    for (const listener of this.#listeners) listener(server);
  }
}
