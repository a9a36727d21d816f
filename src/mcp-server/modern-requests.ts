import { createMcpHandler } from "@modelcontextprotocol/server";
import type { McpHttpHandler, McpRequestContext, McpServer, ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import { assert } from "../base/assert.ts";
import { isJsonObject } from "../base/json.ts";
import { jsonRpcResponse, UNAVAILABLE } from "./protocol-refusal.ts";
import type { ReadRequest, RequestPorts } from "./http-sessions.ts";
import type { PendingRequests } from "./pending-requests.ts";
import { SERVING_LIMITS } from "./serving.ts";
import type { KnownCaller, ServingContext, ServingOptions } from "./serving.ts";
import { isListening } from "./stream-connection.ts";
import { wantedIn } from "./wanted-in.ts";
import { whenRead } from "./when-read.ts";

/** Streams of all clients. */
const LISTENERS_MAX = 4_096;

/**
 * The requests of the 2026 era over HTTP: each stands for itself, and is answered by a server of its own.
 *
 * A stream of changes gets a handler of its own, because the SDK tells all streams of one handler of every change, and
 * what changed is the business of one tenant.
 */
export class ModernRequests<Caller extends KnownCaller> implements AsyncDisposable {
  readonly #options: ServingOptions<Caller>;
  readonly #pending: PendingRequests;
  readonly #callerOf: ServingContext<Caller>["callerOf"];
  readonly #callers = new WeakMap<Request, Caller>();
  readonly #closing = new AbortController();
  readonly #handler: McpHttpHandler;
  readonly #listening = new Set<McpHttpHandler>();

  constructor(options: ServingOptions<Caller>, { callerOf, pending }: RequestPorts<Caller>) {
    this.#options = options;
    this.#pending = pending;
    this.#callerOf = callerOf;
    this.#handler = this.#createHandler();
  }

  async answer({ request, body, caller }: ReadRequest<Caller>): Promise<Response> {
    this.#callers.set(request, caller);
    if (isListening(body)) return await this.#listen({ request, body, caller });
    const answered = this.#pending.begin();
    try {
      return whenRead(await this.#handler.fetch(request, { parsedBody: body }), answered);
    } catch (error) {
      answered();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("the server closes"));
    await Promise.all(Array.from([this.#handler, ...this.#listening], (handler) => handler.close()));
  }

  async #listen({ request, body, caller }: ReadRequest<Caller>): Promise<Response> {
    if (this.#listening.size >= LISTENERS_MAX) {
      return jsonRpcResponse(503, { code: UNAVAILABLE, message: "too many clients listen" }, { "retry-after": "10" });
    }
    const wanted = wantedIn(isJsonObject(body) ? body["params"] : undefined);
    const handler = this.#createHandler({
      publish: () => undefined,
      subscribe: (listener: (event: ServerEvent) => void) => {
        const followed = this.#options.follow(caller, wanted, listener);
        return () => followed[Symbol.dispose]();
      },
    });
    this.#listening.add(handler);
    try {
      return whenRead(await handler.fetch(request, { parsedBody: body }), () => this.#listening.delete(handler));
    } catch (error) {
      this.#listening.delete(handler);
      throw error;
    }
  }

  #createHandler(bus?: ServerEventBus): McpHttpHandler {
    return createMcpHandler((context) => this.#createServer(context), {
      legacy: "reject",
      maxRequestBodySize: (this.#options.limits ?? SERVING_LIMITS).bodyBytesMax,
      ...(bus === undefined ? {} : { bus }),
    });
  }

  #createServer({ requestInfo }: McpRequestContext): McpServer {
    const caller = requestInfo === undefined ? undefined : this.#callers.get(requestInfo);
    assert(caller !== undefined, "a request is known with its caller before it is answered");
    return this.#options.create({ era: "modern", caller, signal: this.#closing.signal, callerOf: this.#callerOf });
  }
}
