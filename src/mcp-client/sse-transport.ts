/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { type JSONRPCMessage, SSEClientTransport, SseError } from "@modelcontextprotocol/client";
import type { HttpConnection } from "../model/server.ts";
import { createLeanFetch, type LeanFetch } from "./lean-fetch.ts";
import { createProgressGate } from "./progress-gate.ts";
import type { SessionPorts } from "./session-ports.ts";
import type { Ending, ServerTransport } from "./wire-fault.ts";

/**
 * HTTP as it was in 2024-11-05: one stream of events on which everything comes, and a POST for each message that is sent.
 *
 * The stream is the connection. When it breaks, the server forgets the session; the SDK would open another stream, and
 * calls in flight would wait on it for answers that never come. Here it ends the connection.
 */
export class SseTransport implements ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #inner: SSEClientTransport;
  readonly #fetch: LeanFetch;
  #ending: Ending | undefined;
  #closing: Promise<void> | undefined;

  constructor(connection: HttpConnection, ports: SessionPorts) {
    const admits = createProgressGate(ports.clock);
    this.#fetch = createLeanFetch({ clock: ports.clock, tls: ports.tls, exchange: () => undefined });
    this.#inner = new SSEClientTransport(new URL(connection.url), {
      fetch: this.#fetch.fetch,
      requestInit: { headers: connection.headers },
    });
    this.#inner.onmessage = (message) => {
      if (admits(message)) this.onmessage?.(message);
    };
    this.#inner.onerror = (error) => this.#fail(error);
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  stderr(): readonly string[] {
    return [];
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version);
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#inner.send(message);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #fail(error: Error): void {
    this.onerror?.(error);
    if (!(error instanceof SseError) || this.#closing !== undefined) return;
    this.#ending = { message: "its stream of events broke off", detail: error.message };
    void this.close();
  }

  async #close(): Promise<void> {
    this.onclose?.();
    await this.#inner.close();
    await this.#fetch[Symbol.asyncDispose]();
  }
}
