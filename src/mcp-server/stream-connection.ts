/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { isJSONRPCNotification, isJSONRPCRequest } from "@modelcontextprotocol/server";
import type { JSONRPCMessage, McpServer, MessageExtraInfo, Transport, TransportSendOptions } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { KnownCaller, ServingContext, ServingOptions } from "./serving.ts";
import { Subscriptions } from "./subscriptions.ts";
import { tellServer } from "./tell-server.ts";
import { wantedIn } from "./wanted-in.ts";

/** A connection that carries messages in both directions, until it is closed. */
export interface StreamConnection {
  /** Resolves when nothing goes over it any more, whoever has ended it. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** Serves one client over a transport that is its own (a WebSocket, stdin and stdout), in the era that it begins with. */
export function serveConnection<Caller extends KnownCaller>(
  options: ServingOptions<Caller>,
  transport: Transport,
  { caller, callerOf }: Pick<ServingContext<Caller>, "caller" | "callerOf">,
): StreamConnection {
  const gone = new AbortController();
  const ended = Promise.withResolvers<void>();
  let current: McpServer | undefined;
  const subscriptions = new Subscriptions(
    (wanted, tell) => options.follow(caller, wanted, tell),
    (change) => current !== undefined && tellServer(current, change),
  );
  const wire = new ListenedTransport(transport, subscriptions, () => {
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
  return { closed: ended.promise, close: () => handle.close() };
}

/** Notes what a client of the modern era listens to, on its way to the SDK, which answers and passes it on. */
class ListenedTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  readonly #inner: Transport;
  readonly #subscriptions: Subscriptions;

  constructor(inner: Transport, subscriptions: Subscriptions, ended: () => void) {
    this.#inner = inner;
    this.#subscriptions = subscriptions;
    inner.onerror = (error) => this.onerror?.(error);
    inner.onclose = () => {
      ended();
      this.onclose?.();
    };
    inner.onmessage = (message, extra) => {
      this.onmessage?.(message, extra);
      this.#note(message);
    };
  }

  async start(): Promise<void> {
    await this.#inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    await this.#inner.send(message, options);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #note(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message) && message.method === "subscriptions/listen") {
      this.#subscriptions.add(message.id, wantedIn(message.params));
    } else if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      const id = message.params?.["requestId"];
      if (typeof id === "string" || typeof id === "number") this.#subscriptions.remove(id);
    }
  }
}
