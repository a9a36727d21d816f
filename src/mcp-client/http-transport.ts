/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import {
  type FetchLike,
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type Transport,
  type TransportSendOptions,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import type { Ms } from "../base/duration.ts";
import type { HttpConnection } from "../model/server.ts";
import { cancelledId, createExchange, EXCHANGE_HEADER, type HttpExchange, requestId, stopExchange } from "./http-exchange.ts";
import { isModern } from "./era.ts";
import type { ConnectionLogin } from "./connection-login.ts";
import { connectionLogin } from "./connection-login.ts";
import { createLeanFetch, type LeanFetch } from "./lean-fetch.ts";
import { LoginFailedError } from "./login-failed-error.ts";
import { createProgressGate } from "./progress-gate.ts";
import { repairTools } from "./repair-tools.ts";
import type { SessionPorts } from "./session-ports.ts";
import { type Ending, faultAnswer, type ServerTransport, WireFault } from "./wire-fault.ts";

/** Notifications and answers of ours, and the end of a session: a server has to take them, not to think about them. */
const DELIVERY_TIMEOUT_MS: Ms = 10_000;
const FAREWELL_TIMEOUT_MS: Ms = 1_000;

/** More than any server should need before it is content with who is asking. */
const LOGINS_MAX = 2;

/** For the stream on which a server sends what it was not asked for. Calls do not wait so long: see 1. */
const RESUMPTION = { initialReconnectionDelay: 250, reconnectionDelayGrowFactor: 2, maxReconnectionDelay: 30_000, maxRetries: 8 };

/**
 * The SDK's Streamable HTTP, with an end for every request.
 *
 * 1. Each request that is sent gets exactly one answer: the server's, or in its place a fault when its stream ends
 *    or breaks without one, when it was answered with something else, when its stream cannot be taken up
 *    again at the first try, and when it is stopped. The SDK alone lets such requests wait for their timeout.
 * 2. When a request is cancelled, its HTTP exchange ends, also when the server does not care.
 * 3. After `close` there is no socket and no timer left.
 */
export class HttpTransport implements ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly ending: Ending | undefined;
  /** Arguments may be wanted as headers too. */
  readonly sendsHeaders = true;
  readonly #ports: SessionPorts;
  readonly #inner: StreamableHTTPClientTransport;
  readonly #fetch: LeanFetch;
  readonly #admits: (message: JSONRPCMessage) => boolean;
  readonly #exchanges = new Map<string, HttpExchange>();
  readonly #timers = new Set<Disposable>();
  readonly #lifetime = new AbortController();
  readonly #login: ConnectionLogin | undefined;
  #modern = false;
  #deliveries = 0;
  #closing: Promise<void> | undefined;

  constructor(connection: HttpConnection, ports: SessionPorts) {
    this.#ports = ports;
    this.#admits = createProgressGate(ports.clock);
    this.#fetch = createLeanFetch({ clock: ports.clock, tls: ports.tls, exchange: (key) => this.#exchanges.get(key) });
    this.#login = loginOf(connection, ports, this.#lifetime.signal);
    const fetch: FetchLike = (url, init) => this.#resumable(url, init);
    this.#inner = new StreamableHTTPClientTransport(new URL(connection.url), {
      ...(this.#login === undefined ? {} : { authProvider: this.#login.provider }),
      fetch: this.#login?.throughRenewal(fetch) ?? fetch,
      requestInit: { headers: connection.headers },
      reconnectionOptions: RESUMPTION,
      reconnectionScheduler: (reconnect, delayMs) => this.#later(reconnect, delayMs),
    });
    this.#inner.onmessage = (message) => this.#receive(message);
    this.#inner.onerror = (error) => this.onerror?.(error);
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  stderr(): readonly string[] {
    return [];
  }

  setProtocolVersion(version: string): void {
    this.#modern = isModern(version);
    this.#inner.setProtocolVersion(version);
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const id = requestId(message);
    const cancelled = cancelledId(message);
    if (cancelled !== undefined) await this.#cancel(cancelled, message, options);
    else if (id === undefined) await this.#deliver(message, options);
    else await this.#request(createExchange(id), message, options);
  }

  /** Calls in flight fail at once; resolves when the session has been taken leave of. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #request(exchange: HttpExchange, message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const key = String(exchange.id);
    this.#exchanges.set(key, exchange);
    const onRequestStreamEnd =
      options?.onRequestStreamEnd ?? ((): void => this.#unanswered(exchange, "the stream ended before the answer came"));
    try {
      await this.#post(message, { ...options, headers: { ...options?.headers, [EXCHANGE_HEADER]: key }, onRequestStreamEnd });
    } catch (error) {
      this.#exchanges.delete(key);
      throw error;
    }
    if (!exchange.streaming) this.#unanswered(exchange, "the server answered without saying what came of the call");
  }

  /** Sends what gets no answer, in a limited time. */
  async #deliver(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const exchange = createExchange(undefined);
    const key = `delivery-${this.#deliveries}`;
    this.#deliveries += 1;
    this.#exchanges.set(key, exchange);
    const forget = this.#later(() => stopExchange(exchange, "cancelled"), DELIVERY_TIMEOUT_MS);
    try {
      await this.#post(message, { ...options, headers: { ...options?.headers, [EXCHANGE_HEADER]: key } });
    } finally {
      forget();
      this.#exchanges.delete(key);
    }
  }

  /** A message that was refused until somebody logs in is sent again when he has. */
  async #post(message: JSONRPCMessage, options: TransportSendOptions): Promise<void> {
    // The interface takes options that are present and undefined, the class does not.
    const inner: Transport = this.#inner;
    for (let logins = 0; ; logins += 1) {
      try {
        return await inner.send(message, options);
      } catch (error) {
        const answer = UnauthorizedError.isInstance(error) && logins < LOGINS_MAX ? this.#login?.takeAnswer() : undefined;
        if (answer === undefined) throw error;
        await this.#finishLogin(answer);
      }
    }
  }

  async #finishLogin(answer: URLSearchParams): Promise<void> {
    try {
      await this.#inner.finishAuth(answer);
    } catch (cause) {
      throw new LoginFailedError(`the login could not be finished: ${(cause as Error).message}`, { cause });
    }
  }

  /** In the newer era the end of the exchange is what cancels; in the older one it comes after the notification. */
  async #cancel(id: string | number, message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const exchange = this.#exchanges.get(String(id));
    try {
      if (!this.#modern) await this.#deliver(message, options);
    } finally {
      if (exchange !== undefined) stopExchange(exchange, "cancelled");
    }
  }

  #receive(message: JSONRPCMessage): void {
    if (!this.#admits(message)) return;
    const exchange = "method" in message ? undefined : this.#exchanges.get(String(message.id));
    if (exchange?.stopped !== undefined) return this.#unanswered(exchange, "");
    if (!("method" in message)) this.#exchanges.delete(String(message.id));
    this.onmessage?.(this.#modern ? repairTools(message) : message);
  }

  #unanswered(exchange: HttpExchange, why: string): void {
    if (exchange.id === undefined || !this.#exchanges.delete(String(exchange.id)) || exchange.stopped === "cancelled") return;
    this.onmessage?.(faultAnswer(exchange.id, exchange.stopped ?? new WireFault("lost", `the connection was lost: ${why}`)));
  }

  /** When the stream of one request cannot be taken up again, no other can: they all lead to the same server. */
  async #resumable(url: string | URL, init: RequestInit | undefined): Promise<Response> {
    const resumes = new Headers(init?.headers).has("last-event-id");
    try {
      const response = await this.#fetch.fetch(url, init);
      if (resumes && !response.ok) this.#loseInterrupted();
      return response;
    } catch (error) {
      if (resumes) this.#loseInterrupted();
      throw error;
    }
  }

  #loseInterrupted(): void {
    for (const exchange of this.#exchanges.values()) {
      if (exchange.interrupted) this.#unanswered(exchange, "the stream broke off before the answer came");
    }
  }

  #later(callback: () => void, delayMs: Ms): () => void {
    const timer = this.#ports.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      timer[Symbol.dispose]();
    };
  }

  async #close(): Promise<void> {
    this.onclose?.();
    this.#lifetime.abort(new Error("the connection was closed"));
    for (const exchange of this.#exchanges.values()) stopExchange(exchange, "cancelled");
    this.#later(() => void this.#inner.close(), FAREWELL_TIMEOUT_MS);
    // Whether the server takes notice does not matter any more.
    await this.#inner.terminateSession().catch(() => undefined);
    for (const timer of this.#timers) timer[Symbol.dispose]();
    await this.#inner.close();
    await this.#fetch[Symbol.asyncDispose]();
  }
}

function loginOf(
  { oauth, url }: HttpConnection,
  { server, clock, logins, assistant }: SessionPorts,
  signal: AbortSignal,
): ConnectionLogin | undefined {
  if (oauth === undefined || logins === undefined) return undefined;
  return connectionLogin(oauth, { server, url, clock, logins, assistant, signal });
}
