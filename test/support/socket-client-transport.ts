import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { WebSocket } from "ws";

/** MCP over a WebSocket as any client may write it: one message in each frame, subprotocol `mcp`. */
export class SocketClientTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly socket: WebSocket;

  constructor(url: string, options: { readonly headers?: Readonly<Record<string, string>>; readonly protocols?: readonly string[] } = {}) {
    this.socket = new WebSocket(url, ["mcp", ...(options.protocols ?? [])], { headers: { ...options.headers } });
  }

  async start(): Promise<void> {
    const opened = Promise.withResolvers<void>();
    this.socket.once("open", () => opened.resolve());
    this.socket.once("error", (error) => opened.reject(error));
    this.socket.on("error", (error) => this.onerror?.(error));
    this.socket.on("close", () => this.onclose?.());
    this.socket.on("message", (data: Buffer) => this.onmessage?.(JSON.parse(data.toString("utf8")) as JSONRPCMessage));
    await opened.promise;
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.socket.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.socket.once("close", resolve));
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.close();
    await closed;
  }
}
