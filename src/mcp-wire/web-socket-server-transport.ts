import type { IncomingMessage } from "node:http";
import { type JSONRPCMessage, PARSE_ERROR, parseJSONRPCMessage, type Transport } from "@modelcontextprotocol/server";
import { WebSocket } from "ws";
import { systemClock } from "../base/clock.ts";
import { TextSocket } from "../base/text-socket.ts";

/** Of RFC 6455: "going away", "try again later". */
const GOING_AWAY = 1_001;
const TOO_MUCH = 1_013;

/**
 * MCP over a WebSocket that a client has opened: one JSON-RPC message in each frame, subprotocol `mcp`. For any server of the
 * SDK, of both eras (`serveStdio(factory, { transport })`); the limit of a message is the `maxPayload` of the server of ws.
 *
 * It pings the client, and ends when the client is gone without a farewell.
 */
export class WebSocketServerTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #socket: WebSocket;
  readonly #request: Pick<IncomingMessage, "socket">;
  #open: TextSocket | undefined;

  /**
   * @param socket - as the event `connection` of the server of ws gives it
   * @param request - given beside it
   */
  constructor(socket: WebSocket, request: Pick<IncomingMessage, "socket">) {
    this.#socket = socket;
    this.#request = request;
    // What comes before somebody listens would be lost, and a fault of the client that nobody takes would end the process.
    socket.pause();
    socket.on("error", () => undefined);
  }

  async start(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error("the client is gone");
    this.#open = new TextSocket({
      socket: this.#socket,
      wire: this.#request.socket,
      clock: systemClock,
      receive: (text) => this.#receive(text),
      ended: ({ code, message }) => {
        if (code !== 1_000 && code !== GOING_AWAY) this.onerror?.(new Error(`the client is gone: ${message}`));
        this.onclose?.();
      },
    });
    this.#socket.resume();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#open?.send(JSON.stringify(message)) === true) return;
    // A client that does not read would wait for ever for what it was not sent.
    await this.#open?.close(TOO_MUCH);
    throw new Error("the client does not take messages any more");
  }

  async close(): Promise<void> {
    if (this.#open === undefined) this.#socket.terminate();
    else await this.#open.close(GOING_AWAY);
  }

  #receive(text: string): void {
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(JSON.parse(text));
    } catch (error) {
      this.onerror?.(error as Error);
      this.#open?.send(JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: PARSE_ERROR, message: "this is no JSON-RPC message" } }));
      return;
    }
    this.onmessage?.(message);
  }
}
