import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { INTERNAL_ERROR, isJsonContentType, isLegacyRequest, PARSE_ERROR, readRequestBody } from "@modelcontextprotocol/server";
import type { ServerContext, Transport } from "@modelcontextprotocol/server";
import { credentialIn } from "../base/credential-in.ts";
import { isTuttiError } from "../model/errors.ts";
import { HttpSessions } from "./http-sessions.ts";
import { ModernRequests } from "./modern-requests.ts";
import { PendingRequests } from "./pending-requests.ts";
import { BAD_REQUEST, httpRefusal, jsonRpcResponse, UNAVAILABLE } from "./protocol-refusal.ts";
import { SERVING_LIMITS } from "./serving.ts";
import type { KnownCaller, ServingOptions } from "./serving.ts";
import { SocketClients } from "./socket-clients.ts";
import { serveConnection } from "./stream-connection.ts";
import type { StreamConnection } from "./stream-connection.ts";

/** A server on its wires. Disposing takes no more requests, lets those under way end within a limit, and hangs up. */
export interface McpStack<Caller extends KnownCaller> extends AsyncDisposable {
  /** How many clients are connected, and have sessions. */
  readonly clients: { readonly sockets: number; readonly sessions: number };
  /**
   * Answers a request of Streamable HTTP, of either era. That it comes from no page that may not ask is the business of
   * whoever listens.
   */
  fetch(request: Request): Promise<Response>;
  /** Takes over a connection that is to become a WebSocket. */
  upgrade(request: IncomingMessage, wire: Duplex, head: Buffer): void;
  /** Serves a client that has been let in already, over a transport of its own. */
  connect(transport: Transport, caller: Caller): StreamConnection;
}

/** Puts a server on HTTP, WebSocket and any other transport, in both eras, for many clients at once. */
export function openMcpStack<Caller extends KnownCaller>(options: ServingOptions<Caller>): McpStack<Caller> {
  return new ServedStack(options);
}

class ServedStack<Caller extends KnownCaller> implements McpStack<Caller> {
  readonly #options: ServingOptions<Caller>;
  readonly #callers = new WeakMap<Request, Caller>();
  readonly #sessions: HttpSessions<Caller>;
  readonly #modern: ModernRequests<Caller>;
  readonly #sockets: SocketClients<Caller>;
  readonly #connections = new Set<StreamConnection>();
  readonly #pending = new PendingRequests();
  readonly #closing = new AbortController();

  constructor(options: ServingOptions<Caller>) {
    this.#options = options;
    const callerOf = async ({ http }: Pick<ServerContext, "http">): Promise<Caller> => {
      const caller = http?.req === undefined ? undefined : this.#callers.get(http.req);
      if (caller === undefined) throw new Error("a request came from nobody");
      return caller;
    };
    this.#sessions = new HttpSessions(options, { callerOf, pending: this.#pending });
    this.#modern = new ModernRequests(options, { callerOf, pending: this.#pending });
    this.#sockets = new SocketClients(options, this.#pending);
  }

  get clients(): { readonly sockets: number; readonly sessions: number } {
    return { sockets: this.#sockets.size, sessions: this.#sessions.size };
  }

  async fetch(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (isTuttiError(error)) return httpRefusal(error);
      if (request.signal.aborted) return new Response(null, { status: 499 });
      this.#options.onFault(error, `${request.method} of MCP`);
      return jsonRpcResponse(500, { code: INTERNAL_ERROR, message: "the request could not be answered; the log of the server says why" });
    }
  }

  upgrade(request: IncomingMessage, wire: Duplex, head: Buffer): void {
    if (this.#closing.signal.aborted) return void wire.destroy();
    this.#sockets.upgrade(request, wire, head).catch((error: unknown) => {
      this.#options.onFault(error, "the opening of a WebSocket");
      wire.destroy();
    });
  }

  connect(transport: Transport, caller: Caller): StreamConnection {
    const connection = serveConnection(this.#options, transport, { caller, callerOf: async () => caller, pending: this.#pending });
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("the server closes"));
    const { clock, limits = SERVING_LIMITS } = this.#options;
    await this.#pending.ended(clock, limits.closingMs);
    await Promise.all([
      ...Array.from(this.#connections, (connection) => connection.close()),
      this.#sockets[Symbol.asyncDispose](),
      this.#sessions[Symbol.asyncDispose](),
      this.#modern[Symbol.asyncDispose](),
    ]);
  }

  async #answer(request: Request): Promise<Response> {
    if (this.#closing.signal.aborted)
      return jsonRpcResponse(503, { code: UNAVAILABLE, message: "the server closes" }, { "retry-after": "1" });
    const { headers, method } = request;
    if (method === "POST" && !isJsonContentType(headers.get("content-type"))) {
      return jsonRpcResponse(415, { code: BAD_REQUEST, message: "the content type must be application/json" });
    }
    const credential = credentialIn({
      authorization: headers.get("authorization") ?? undefined,
      apiKey: headers.get("x-api-key") ?? undefined,
    });
    const caller = await this.#options.admit(credential, request.signal);
    this.#callers.set(request, caller);
    if (method !== "POST") return await this.#sessions.answer({ request, caller });
    const bodyBytesMax = (this.#options.limits ?? SERVING_LIMITS).bodyBytesMax;
    const read = await readRequestBody(request, bodyBytesMax);
    if (read.tooLarge) return jsonRpcResponse(413, { code: BAD_REQUEST, message: `a request has at most ${bodyBytesMax} bytes` });
    const body = parsed(read.text);
    if (body === undefined) return jsonRpcResponse(400, { code: PARSE_ERROR, message: "the body is no JSON" });
    const wire = (await isLegacyRequest(request, body)) ? this.#sessions : this.#modern;
    return await wire.answer({ request, body, caller });
  }
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
