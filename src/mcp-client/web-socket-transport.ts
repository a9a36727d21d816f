import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import type { Ms } from "../base/duration.ts";
import type { TextSocket } from "../base/text-socket.ts";
import type { WebSocketConnection } from "../model/server.ts";
import { isModern } from "./era.ts";
import { MessageIntake } from "./message-intake.ts";
import { NotSentError } from "./not-sent-error.ts";
import { openSocket } from "./open-socket.ts";
import type { SessionPorts } from "./session-ports.ts";
import type { Ending, ServerTransport } from "./wire-fault.ts";

const END_KNOWN_WITHIN_MS: Ms = 500;

/**
 * One JSON-RPC message in each frame of a WebSocket, subprotocol `mcp`. Cancelling is `notifications/cancelled` in both
 * eras, as over a pipe: there is no stream of one request that could be closed.
 */
export class WebSocketTransport implements ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #connection: WebSocketConnection;
  readonly #ports: SessionPorts;
  readonly #intake: MessageIntake;
  readonly #opening = new AbortController();
  #starting: Promise<void> | undefined;
  #socket: TextSocket | undefined;
  #ending: Ending | undefined;
  #closing: Promise<void> | undefined;
  readonly #gone = Promise.withResolvers<void>();

  constructor(connection: WebSocketConnection, ports: SessionPorts) {
    this.#connection = connection;
    this.#ports = ports;
    this.#intake = new MessageIntake({
      ports,
      source: "connection",
      deliver: (message) => {
        if (this.#closing === undefined) this.onmessage?.(message);
      },
      tooNoisy: (noiseBytes) =>
        this.#end({ message: "it sent more than 1 MiB that is no MCP message", detail: { noise_bytes: noiseBytes } }),
    });
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  stderr(): readonly string[] {
    return [];
  }

  /**
   * Starting a second time does nothing: the question for the era comes before the SDK starts it.
   *
   * @throws StartError
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  setProtocolVersion(version: string): void {
    this.#intake.modern = isModern(version);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#closing === undefined && this.#socket?.send(JSON.stringify(message)) === true) return;
    // While it says farewell it does not take anything any more, and why is known only after that.
    using _patience = this.#ports.clock.after(END_KNOWN_WITHIN_MS, () => this.#gone.resolve());
    await this.#gone.promise;
    throw new NotSentError(this.#ending?.message);
  }

  /** Calls in flight fail at once; resolves when the socket is closed. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #start(): Promise<void> {
    this.#socket = await openSocket(this.#connection, {
      ports: this.#ports,
      signal: this.#opening.signal,
      receive: (text, sizeBytes) => this.#intake.take(text, sizeBytes),
      ended: ({ code, message }) => this.#end({ message, detail: { close_code: code } }),
    });
    // Closed while it was being opened: nobody else will close it.
    if (this.#closing !== undefined) await this.#socket.close();
  }

  async #close(): Promise<void> {
    this.#gone.resolve();
    this.#opening.abort(new Error("the connection was closed"));
    this.onclose?.();
    await this.#socket?.close();
  }

  #end(ending: Ending): void {
    if (this.#closing !== undefined) return;
    this.#ending = ending;
    void this.close();
  }
}
