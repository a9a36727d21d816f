/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import type { IncomingMessage } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { localhostAllowedHostnames, localhostAllowedOrigins, validateHostHeader, validateOriginHeader } from "@modelcontextprotocol/server";
import { type ServerOptions, WebSocketServer } from "ws";
import { credentialIn } from "../base/credential-in.ts";
import type { Ms } from "../base/duration.ts";
import { ERROR_TRAITS } from "../contract/error-traits.ts";
import { WebSocketServerTransport } from "../mcp-wire/web-socket-server-transport.ts";
import { isTuttiError } from "../model/errors.ts";
import type { PendingRequests } from "./pending-requests.ts";
import { SERVING_LIMITS } from "./serving.ts";
import type { KnownCaller, ServingLimits, ServingOptions, UpgradeRefusal } from "./serving.ts";
import { serveConnection } from "./stream-connection.ts";
import type { StreamConnection } from "./stream-connection.ts";

const SUBPROTOCOL = "mcp";
const HANGS_UP_WITHIN_MS: Ms = 1_000;

/** The clients that are connected over WebSocket: each is a connection of its own, in the era that it begins with. */
export class SocketClients<Caller extends KnownCaller> implements AsyncDisposable {
  readonly #options: ServingOptions<Caller>;
  readonly #pending: PendingRequests;
  readonly #limits: ServingLimits;
  readonly #sockets: WebSocketServer;
  readonly #open = new Set<StreamConnection>();
  readonly #closing = new AbortController();
  /** Also of those whose credential is being looked at. */
  readonly #taken = new Set<Duplex>();

  constructor(options: ServingOptions<Caller>, pending: PendingRequests) {
    this.#options = options;
    this.#pending = pending;
    this.#limits = options.limits ?? SERVING_LIMITS;
    this.#sockets = new WebSocketServer(socketOptions(this.#limits));
  }

  get size(): number {
    return this.#open.size;
  }

  /** Takes over the connection of a request for an upgrade to WebSocket. */
  async upgrade(request: IncomingMessage, wire: Duplex, head: Buffer): Promise<void> {
    if (wire.destroyed) return;
    // Whoever asks may be gone before there is an answer.
    const gone = (): void => void wire.destroy();
    wire.on("error", gone);
    wire.once("close", () => this.#taken.delete(wire));
    const refusal = (this.#options.refuseUpgrade ?? refuseForeignPages)(request) ?? this.#refuseMore();
    if (refusal !== undefined) return refuse(wire, refusal);
    this.#taken.add(wire);
    const credential = credentialOf(request);
    let caller: Caller;
    try {
      caller = await this.#options.admit(credential, this.#closing.signal);
    } catch (error) {
      if (!isTuttiError(error)) this.#options.onFault(error, "the opening of a WebSocket");
      return refuse(wire, isTuttiError(error) ? { status: ERROR_TRAITS[error.code].httpStatus, reason: error.message } : UNANSWERED);
    }
    if (this.#closing.signal.aborted || wire.destroyed) return gone();
    wire.off("error", gone);
    this.#sockets.handleUpgrade(request, wire, head, (socket) => {
      const transport = new WebSocketServerTransport(socket, request);
      // A connection may outlive what its client has shown, so that is looked at again for each request, as over HTTP.
      const callerOf = async (): Promise<Caller> => await this.#options.admit(credential, this.#closing.signal);
      const connection = serveConnection(this.#options, transport, { caller, callerOf, pending: this.#pending });
      this.#open.add(connection);
      void connection.closed.then(() => this.#open.delete(connection));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("the server closes"));
    await Promise.all(Array.from(this.#open, (connection) => connection.close()));
    this.#sockets.close();
  }

  #refuseMore(): UpgradeRefusal | undefined {
    return this.#taken.size >= this.#limits.socketsMax ? { status: 503, reason: "there are too many clients" } : undefined;
  }
}

const UNANSWERED: UpgradeRefusal = { status: 500, reason: "the log of the server says why" };

function socketOptions({ messageBytesMax }: ServingLimits): ServerOptions & { readonly closeTimeout: Ms } {
  return {
    noServer: true,
    clientTracking: false,
    maxPayload: messageBytesMax,
    // Known to ws, and not to its types.
    closeTimeout: HANGS_UP_WITHIN_MS,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  };
}

function credentialOf({ headers }: IncomingMessage): string | undefined {
  const apiKey = headers["x-api-key"];
  return credentialIn({
    authorization: headers.authorization,
    apiKey: typeof apiKey === "string" ? apiKey : undefined,
    protocols: headers["sec-websocket-protocol"],
  });
}

/** A page in somebody's browser must not reach a server of this machine, also not under another name of it (DNS rebinding). */
function refuseForeignPages({ headers }: IncomingMessage): UpgradeRefusal | undefined {
  if (!validateHostHeader(headers.host, localhostAllowedHostnames()).ok) return { status: 403, reason: "this host is not allowed" };
  if (!validateOriginHeader(headers.origin, localhostAllowedOrigins()).ok) return { status: 403, reason: "this origin is not allowed" };
  return undefined;
}

function refuse(wire: Duplex, { status, reason }: UpgradeRefusal): void {
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, "Connection: close", "Content-Type: text/plain"];
  wire.end([...head, `Content-Length: ${Buffer.byteLength(reason)}`, "", reason].join("\r\n"));
}
