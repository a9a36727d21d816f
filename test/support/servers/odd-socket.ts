import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { JsonObject } from "../../../src/base/json.ts";

/** A server over WebSocket that does as a test says. */
export interface OddSocket extends AsyncDisposable {
  readonly url: string;
  /** The sockets that are open, in the order of their opening. */
  readonly sockets: readonly WebSocket[];
  /** What upgrades were asked for. */
  readonly requests: readonly IncomingMessage[];
}

type Answer = (socket: WebSocket, request: { readonly id: number | string; readonly tool: string; readonly meta: JsonObject }) => void;

interface Received {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly _meta?: JsonObject };
}

/**
 * Speaks MCP of 2025-06-18, and leaves the answers to calls to the test. Its tools are those that are named.
 *
 * @param strict - hangs up when it is asked for what it does not know
 */
export async function listenOddly(tools: readonly string[], answer: Answer, strict = false): Promise<OddSocket> {
  const listener = createServer();
  const server = new WebSocketServer({ server: listener });
  const sockets: WebSocket[] = [];
  const requests: IncomingMessage[] = [];
  server.on("connection", (socket, request) => {
    sockets.push(socket);
    requests.push(request);
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
      const { id, method, params } = JSON.parse(data.toString("utf8")) as Received;
      if (id === undefined || method === undefined) return;
      const give = (result: object): void => socket.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
      if (method === "initialize") {
        give({ protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "odd", version: "1.0.0" } });
      } else if (method === "tools/list") {
        give({ tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })) });
      } else if (method === "tools/call") answer(socket, { id, tool: params?.name ?? "", meta: params?._meta ?? {} });
      else if (method === "ping") give({});
      else if (strict) socket.close(1002);
      else socket.send(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32_601, message: "unknown method" } }));
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`,
    sockets,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}

/** The answer to a call: a text. */
export function textAnswer(id: number | string, text: string): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } });
}
