import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Fate } from "./fate.ts";
import { FaultyConnection } from "./faulty-connection.ts";

/** A server behind a network that cannot be trusted: one port that stays, whatever becomes of the server. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** How often each kind of fate was met, but for those that passed without a delay. */
  readonly counts: ReadonlyMap<string, number>;
  /** Where the server listens now; undefined while there is none. */
  direct(port: number | undefined): void;
  /** Refuses connections, as a machine does on which nothing listens. */
  shut(): void;
  /** Takes connections again. */
  open(): Promise<void>;
  /** Resets everything that is open. */
  cutAll(): void;
}

/**
 * Listens on a free port of this machine.
 *
 * @param fate - decides for each request, and when a WebSocket has been opened for all that the client sends
 */
export async function startFaultProxy(fate: (upgraded: boolean) => Fate): Promise<FaultProxy> {
  const proxy = new ListeningProxy(fate);
  await proxy.open();
  return proxy;
}

class ListeningProxy implements FaultProxy {
  readonly counts = new Map<string, number>();
  readonly #fate: (upgraded: boolean) => Fate;
  readonly #connections = new Set<FaultyConnection>();
  #target: number | undefined;
  #listener: Server | undefined;
  #port = 0;

  constructor(fate: (upgraded: boolean) => Fate) {
    this.#fate = fate;
  }

  get port(): number {
    return this.#port;
  }

  direct(port: number | undefined): void {
    this.#target = port;
  }

  shut(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  async open(): Promise<void> {
    while (this.#listener === undefined) {
      const listener = createServer({ noDelay: true }, (client) => this.#accept(client));
      listener.listen(this.#port, "127.0.0.1");
      try {
        await once(listener, "listening");
        this.#port = (listener.address() as AddressInfo).port;
        this.#listener = listener;
      } catch {
        // Somebody's outgoing connection has been given the port, for as long as it lasts.
        await pause(20);
      }
    }
  }

  cutAll(): void {
    for (const connection of this.#connections) connection.reset();
  }

  // oxlint-disable-next-line typescript/require-await -- disposing is asynchronous for whoever holds it.
  async [Symbol.asyncDispose](): Promise<void> {
    this.shut();
    this.cutAll();
  }

  #accept(client: Socket): void {
    if (this.#target === undefined) {
      client.resetAndDestroy();
      return;
    }
    const connection = new FaultyConnection(client, {
      target: this.#target,
      fate: (upgraded) => this.#count(this.#fate(upgraded)),
      closed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  #count(fate: Fate): Fate {
    const kind = nameOf(fate);
    if (kind !== undefined) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return fate;
  }
}

function nameOf(fate: Fate): string | undefined {
  if (fate.kind === "pass") return fate.delayMs === undefined || fate.delayMs === 0 ? undefined : "latency";
  if (fate.kind !== "status") return fate.kind;
  return `HTTP ${fate.status}${fate.retryAfterSeconds === undefined ? "" : " with Retry-After"}${fate.served ? ", served" : ""}`;
}
