/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { randomUUID } from "node:crypto";
import { isInitializeRequest, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import type { McpServer } from "@modelcontextprotocol/server";
import { ReplayLog } from "./replay-log.ts";
import type { PendingRequests } from "./pending-requests.ts";
import { BAD_REQUEST, jsonRpcResponse, UNAVAILABLE } from "./protocol-refusal.ts";
import { SERVING_LIMITS } from "./serving.ts";
import type { KnownCaller, ServingContext, ServingLimits, ServingOptions } from "./serving.ts";
import { Subscriptions } from "./subscriptions.ts";
import { tellServer } from "./tell-server.ts";
import { whenRead } from "./when-read.ts";

const SESSION_HEADER = "mcp-session-id";
const SWEEPS_PER_IDLE_TIME = 10;
const NO_SESSION = -32_001;

interface HttpSession {
  readonly callerKey: string;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: McpServer;
  /** Answers that are being written, streams among them. */
  answering: number;
  usedAtMs: number;
}

/** What answering requests over HTTP needs beside the options. */
export interface RequestPorts<Caller extends KnownCaller> extends Pick<ServingContext<Caller>, "callerOf"> {
  readonly pending: PendingRequests;
}

/** A request that has been read, and whoever sent it. */
export interface ReadRequest<Caller> {
  readonly request: Request;
  /** Of a POST. */
  readonly body?: unknown;
  readonly caller: Caller;
}

/**
 * The sessions that clients of the 2025 era have over HTTP.
 *
 * 1. A session answers only the caller that has opened it; for everybody else there is none.
 * 2. `#sessions` is in the order of use: what has been silent for longest comes first.
 * 3. A session is in it exactly as long as its server is connected.
 */
export class HttpSessions<Caller extends KnownCaller> implements AsyncDisposable {
  readonly #options: ServingOptions<Caller>;
  readonly #limits: ServingLimits;
  readonly #pending: PendingRequests;
  readonly #callerOf: ServingContext<Caller>["callerOf"];
  readonly #sessions = new Map<string, HttpSession>();
  readonly #replay: ReplayLog;
  #sweep: Disposable | undefined;

  constructor(options: ServingOptions<Caller>, { callerOf, pending }: RequestPorts<Caller>) {
    this.#options = options;
    this.#pending = pending;
    this.#limits = options.limits ?? SERVING_LIMITS;
    this.#callerOf = callerOf;
    this.#replay = new ReplayLog(this.#limits.replayBytesMax);
  }

  get size(): number {
    return this.#sessions.size;
  }

  async answer(read: ReadRequest<Caller>): Promise<Response> {
    const id = read.request.headers.get(SESSION_HEADER);
    if (id === null) {
      if (isInitializeRequest(read.body)) return await this.#open(read);
      return jsonRpcResponse(400, { code: BAD_REQUEST, message: "Mcp-Session-Id is missing: a session begins with initialize" });
    }
    const session = this.#sessions.get(id);
    if (session?.callerKey !== read.caller.key) return jsonRpcResponse(404, { code: NO_SESSION, message: "there is no such session" });
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return await this.#answerIn(session, read);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sweep?.[Symbol.dispose]();
    await Promise.all(Array.from(this.#sessions.values(), ({ server }) => server.close()));
  }

  async #open(read: ReadRequest<Caller>): Promise<Response> {
    const { caller } = read;
    if (this.#sessions.size >= this.#limits.sessionsMax && !(await this.#endOldest())) {
      return jsonRpcResponse(503, { code: UNAVAILABLE, message: "there are too many sessions" }, { "retry-after": "10" });
    }
    const id = randomUUID();
    const gone = new AbortController();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      eventStore: this.#replay.of(id),
      maxRequestBodySize: this.#limits.bodyBytesMax,
    });
    const subscriptions = new Subscriptions(
      (wanted, tell) => this.#options.follow(caller, wanted, tell),
      (change) => tellServer(server, change),
    );
    const context = { era: "legacy", caller, signal: gone.signal, subscriptions, callerOf: this.#callerOf } as const;
    const server = this.#options.create(context);
    const whenClosed = server.server.onclose;
    server.server.onclose = () => {
      this.#sessions.delete(id);
      this.#replay.forget(id);
      subscriptions[Symbol.dispose]();
      gone.abort(new Error("the session has ended"));
      whenClosed?.();
    };
    await server.connect(transport);
    const session = { callerKey: caller.key, transport, server, answering: 0, usedAtMs: this.#options.clock.monotonicMs() };
    this.#sessions.set(id, session);
    subscriptions.add("lists", { tools: true, prompts: true, resourceList: true, resources: [] });
    this.#sweepLater();
    const response = await this.#answerIn(session, read);
    // What is not even a request of HTTP as it has to be has begun no session.
    if (transport.sessionId === undefined) await server.close();
    return response;
  }

  async #answerIn(session: HttpSession, { request, body }: ReadRequest<Caller>): Promise<Response> {
    // What a session only listens to has no end.
    const answered = body === undefined ? undefined : this.#pending.begin();
    const ended = (): void => {
      answered?.();
      session.answering -= 1;
      session.usedAtMs = this.#options.clock.monotonicMs();
    };
    session.answering += 1;
    session.usedAtMs = this.#options.clock.monotonicMs();
    try {
      return whenRead(await session.transport.handleRequest(request, body === undefined ? {} : { parsedBody: body }), ended);
    } catch (error) {
      ended();
      throw error;
    }
  }

  /** False when all are being answered: nobody is thrown out who is in the middle of something. */
  async #endOldest(): Promise<boolean> {
    for (const { answering, server } of this.#sessions.values()) {
      if (answering > 0) continue;
      await server.close();
      return true;
    }
    return false;
  }

  #sweepLater(): void {
    const everyMs = this.#limits.sessionIdleMs / SWEEPS_PER_IDLE_TIME;
    this.#sweep ??= this.#options.clock.after(everyMs, () => this.#endIdle(), { background: true });
  }

  #endIdle(): void {
    this.#sweep = undefined;
    const before = this.#options.clock.monotonicMs() - this.#limits.sessionIdleMs;
    for (const { answering, usedAtMs, server } of this.#sessions.values()) {
      if (answering > 0 || usedAtMs > before) continue;
      server.close().catch((error: unknown) => this.#options.onFault(error, "the end of a session"));
    }
    if (this.#sessions.size > 0) this.#sweepLater();
  }
}
