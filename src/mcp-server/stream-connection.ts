/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { isJSONRPCNotification, isJSONRPCRequest, isJSONRPCResponse } from "@modelcontextprotocol/server";
import type { JSONRPCMessage, McpServer, MessageExtraInfo, Transport, TransportSendOptions } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { isJsonObject } from "../base/json.ts";
import type { PendingRequests } from "./pending-requests.ts";
import { SERVING_LIMITS } from "./serving.ts";
import type { KnownCaller, ServingContext, ServingOptions } from "./serving.ts";
import { Subscriptions } from "./subscriptions.ts";
import { tellServer } from "./tell-server.ts";
import { wantedIn } from "./wanted-in.ts";

/** A connection that carries messages in both directions, until it is closed. */
export interface StreamConnection {
  /** Resolves when nothing goes over it any more, whoever has ended it. */
  readonly closed: Promise<void>;
  /** Resolves when what was asked so far has been answered, and in any case after the time that closing may take. */
  answered(): Promise<void>;
  close(): Promise<void>;
}

/** Whom a connection belongs to, and where its requests are counted. */
export interface ConnectedClient<Caller extends KnownCaller> extends Pick<ServingContext<Caller>, "caller" | "callerOf"> {
  readonly pending: PendingRequests;
}

/** Serves one client over a transport that is its own (a WebSocket, stdin and stdout), in the era that it begins with. */
export function serveConnection<Caller extends KnownCaller>(
  options: ServingOptions<Caller>,
  transport: Transport,
  { caller, callerOf, pending }: ConnectedClient<Caller>,
): StreamConnection {
  const gone = new AbortController();
  const ended = Promise.withResolvers<void>();
  let current: McpServer | undefined;
  const subscriptions = new Subscriptions(
    (wanted, tell) => options.follow(caller, wanted, tell),
    (change) => current !== undefined && tellServer(current, change),
  );
  const wire = new ObservedTransport(transport, { subscriptions, pending });
  void wire.closed.then(() => {
    subscriptions[Symbol.dispose]();
    gone.abort(new Error("the client is gone"));
    ended.resolve();
  });
  const handle = serveStdio(
    ({ era }) => {
      current = options.create({ era, caller, signal: gone.signal, subscriptions, callerOf });
      if (era === "legacy") subscriptions.add("lists", { tools: true, prompts: true, resourceList: true, resources: [] });
      return current;
    },
    { transport: wire },
  );
  const { clock, limits = SERVING_LIMITS } = options;
  return {
    closed: ended.promise,
    answered: async () => await pending.ended(clock, limits.closingMs),
    close: () => handle.close(),
  };
}

/** Whether a message opens a stream of changes: one that has no end is no request that somebody waits for. */
export function isListening(message: unknown): boolean {
  return isJsonObject(message) && message["method"] === "subscriptions/listen";
}

/** Notes on its way to the SDK and back what a client listens to, which the SDK serves itself, and what it waits for. */
class ObservedTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  readonly #inner: Transport;
  readonly #subscriptions: Subscriptions;
  readonly #pending: PendingRequests;
  /** Ends of requests that were not answered, by their ids. */
  readonly #unanswered = new Map<string | number, () => void>();
  readonly #closed = Promise.withResolvers<void>();

  constructor(inner: Transport, { subscriptions, pending }: { readonly subscriptions: Subscriptions; readonly pending: PendingRequests }) {
    this.#inner = inner;
    this.#subscriptions = subscriptions;
    this.#pending = pending;
    inner.onerror = (error) => this.onerror?.(error);
    inner.onclose = () => {
      for (const end of this.#unanswered.values()) end();
      this.#closed.resolve();
      this.onclose?.();
    };
    inner.onmessage = (message, extra) => {
      this.#received(message);
      this.onmessage?.(message, extra);
    };
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async start(): Promise<void> {
    await this.#inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    await this.#inner.send(message, options);
    if (isJSONRPCResponse(message) && message.id !== undefined) this.#answered(message.id);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #received(message: JSONRPCMessage): void {
    if (isListening(message) && "id" in message && message.id !== undefined) {
      if ("params" in message) this.#subscriptions.add(message.id, wantedIn(message.params));
    } else if (isJSONRPCRequest(message)) {
      this.#answered(message.id);
      this.#unanswered.set(message.id, this.#pending.begin());
    } else if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      const id = message.params?.["requestId"];
      if (typeof id !== "string" && typeof id !== "number") return;
      this.#subscriptions.remove(id);
      this.#answered(id);
    }
  }

  #answered(id: string | number): void {
    this.#unanswered.get(id)?.();
    this.#unanswered.delete(id);
  }
}
