import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { Agent, buildConnector } from "undici";
import type { Ms } from "../base/duration.ts";
import { isRefusedByTls } from "./connect-words.ts";
import type { LoadTls } from "./connection-tls.ts";

const SOCKETS_MAX = 128;
/** Shorter than calls usually have: that there is no connection is a better end than a timeout, after which nothing is known. */
const CONNECTED_WITHIN_MS: Ms = 10_000;

/**
 * The sockets to a server over HTTP. When the certificates change, what is sent from then on takes new ones; what is on its
 * way over the others ends there, and then they are closed.
 */
export class HttpAgents implements AsyncDisposable {
  readonly #tls: LoadTls;
  readonly #unconnected = new WeakSet<Error>();
  /** All that are not closed. */
  readonly #agents = new Set<Agent>();
  #newest: { readonly agent: Agent; readonly context: SecureContext | undefined } | undefined;

  constructor(tls: LoadTls) {
    this.#tls = tls;
  }

  /** @throws TlsMaterialError */
  async agent(url: string): Promise<Agent> {
    const context = /^https:/i.test(url) ? (await this.#tls()).current().context : undefined;
    const newest = this.#newest;
    if (newest !== undefined && newest.context === context) return newest.agent;
    const agent = this.#createAgent(context);
    this.#agents.add(agent);
    this.#newest = { agent, context };
    if (newest !== undefined) this.#retire(newest.agent);
    return agent;
  }

  /** Whether an error says that there was no connection, so that nothing was sent. */
  hasNotConnected(error: Error): boolean {
    return this.#unconnected.has(error);
  }

  /** Cuts all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#agents, (agent) => agent.destroy()));
  }

  #createAgent(secureContext: SecureContext | undefined): Agent {
    // What follows upon 1.1 brings nothing here, and breaks off in other ways.
    const tls = secureContext === undefined ? {} : { secureContext, rejectUnauthorized: true, allowH2: false };
    const connect = buildConnector({ timeout: CONNECTED_WITHIN_MS, ...tls });
    return new Agent({
      connections: SOCKETS_MAX,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (target, callback) => {
        connect(target, (...result) => {
          const [error, socket] = result;
          if (error !== null) this.#unconnected.add(error);
          else socket.prependOnceListener("error", (cause: Error) => keepAlert(socket, cause));
          callback(...result);
        });
      },
    });
  }

  /** A stream that never ends is cut when the connection to the server is closed. */
  #retire(agent: Agent): void {
    const forget = (): void => void this.#agents.delete(agent);
    agent.close().then(forget, forget);
  }
}

/** After an alert undici would see the end of the stream, and tell of nothing else. */
function keepAlert(socket: Socket, cause: Error): void {
  if (isRefusedByTls(cause)) socket.destroy(cause);
}
