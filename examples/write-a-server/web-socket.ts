import type { AddressInfo } from "node:net";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { WebSocketServerTransport } from "tutti/server";
import { WebSocketServer } from "ws";
import { z } from "zod";

const sockets = new WebSocketServer({ host: "127.0.0.1", port: Number(process.env["PORT"] ?? 9090), maxPayload: 10 * 2 ** 20 });
sockets.on("connection", (socket, request) => {
  serveStdio(createServer, { transport: new WebSocketServerTransport(socket, request) });
});

function createServer(): McpServer {
  const server = new McpServer({ name: "weather", version: "1.0.0" });
  const inputSchema = z.object({ city: z.string() });
  server.registerTool("forecast", { description: "Tells the weather of tomorrow", inputSchema }, ({ city }) => ({
    content: [{ type: "text", text: `sunny in ${city}` }],
  }));
  return server;
}

sockets.once("listening", () => process.stdout.write(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}\n`));
