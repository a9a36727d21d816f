import { connect, type Socket } from "node:net";
import type { Fate } from "./fate.ts";
import { takeRequest } from "./take-request.ts";

/** What a connection through the proxy needs to know. */
export interface FaultyConnectionOptions {
  /** The port of the server. */
  readonly target: number;
  readonly fate: (upgraded: boolean) => Fate;
  readonly closed: () => void;
}

const GARBAGE = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 24\r\n\r\n{"jsonrpc": \u0000nonsense!}}';
const REASON = "the storm says no";

/**
 * One connection of a client, and the one to the server that belongs to it.
 *
 * 1. When one of the two ends, the other is reset: a server learns at once that nobody waits for an answer any more.
 * 2. Bytes arrive in the order in which they were sent, however they are delayed.
 */
export class FaultyConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #options: FaultyConnectionOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  #unread: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #fate: Fate = { kind: "pass" };
  #onItsWay: Buffer[] = [];
  #lastDueMs = 0;
  #closed = false;

  constructor(client: Socket, options: FaultyConnectionOptions) {
    this.#client = client;
    this.#options = options;
    client.on("data", (bytes: Buffer) => this.#fromClient(bytes));
    for (const event of ["error", "end", "close"]) client.on(event, () => this.reset());
    this.#server = connect({ port: options.target, host: "127.0.0.1", noDelay: true });
    this.#server.on("data", (bytes: Buffer) => this.#fromServer(bytes));
    for (const event of ["error", "end", "close"]) this.#server.on(event, () => this.#serverHasGone());
  }

  reset(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
    this.#options.closed();
  }

  #fromClient(bytes: Buffer): void {
    if (this.#upgraded) return this.#meet(this.#options.fate(true), bytes);
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (let request = takeRequest(this.#unread); request !== undefined; request = takeRequest(this.#unread)) {
      this.#unread = this.#unread.subarray(request.bytes.length);
      this.#upgraded = request.upgrades;
      this.#meet(this.#options.fate(false), request.bytes);
      if (this.#upgraded) return;
    }
  }

  /** What has fallen silent stays so: a connection has no better moments. */
  #meet(fate: Fate, bytes: Buffer): void {
    if (this.#closed || this.#fate.kind === "silence") return;
    if (this.#fate.kind !== "mute") this.#fate = fate;
    switch (fate.kind) {
      case "silence":
        return;
      case "cut-request":
        this.#server.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => this.reset());
        return;
      case "status":
        if (fate.served || this.#upgraded) this.#send(bytes, 0);
        else this.#endWith(statusAnswer(fate));
        return;
      default:
        this.#send(bytes, fate.kind === "pass" ? (fate.delayMs ?? 0) : 0);
    }
  }

  #fromServer(bytes: Buffer): void {
    switch (this.#fate.kind) {
      case "silence":
      case "mute":
        return;
      case "cut-response":
        this.#client.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => this.reset());
        return;
      case "status":
        if (this.#upgraded) this.reset();
        else this.#endWith(statusAnswer(this.#fate));
        return;
      case "garbage":
        this.#endWith(GARBAGE);
        return;
      default:
        this.#client.write(bytes);
    }
  }

  #serverHasGone(): void {
    // A silent connection shows nothing of what happens behind it.
    if (this.#fate.kind !== "silence" && this.#fate.kind !== "mute") this.reset();
  }

  #endWith(text: string): void {
    this.#fate = { kind: "mute" };
    this.#client.end(text);
  }

  #send(bytes: Buffer, delayMs: number): void {
    const nowMs = performance.now();
    const dueMs = Math.max(nowMs + delayMs, this.#lastDueMs);
    if (dueMs <= nowMs && this.#onItsWay.length === 0) {
      this.#server.write(bytes);
      return;
    }
    this.#lastDueMs = dueMs;
    this.#onItsWay.push(bytes);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      // Whatever was sent first: timers of the same moment may come in any order.
      const first = this.#onItsWay.shift();
      if (first !== undefined) this.#server.write(first);
    }, dueMs - nowMs);
    this.#timers.add(timer);
  }
}

function statusAnswer({ status, retryAfterSeconds }: Fate & { readonly kind: "status" }): string {
  const retryAfter = retryAfterSeconds === undefined ? "" : `retry-after: ${retryAfterSeconds}\r\n`;
  return `HTTP/1.1 ${status} Storm\r\n${retryAfter}connection: close\r\ncontent-type: text/plain\r\ncontent-length: ${REASON.length}\r\n\r\n${REASON}`;
}
