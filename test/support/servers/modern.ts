/**
 * Speaks 2026-07-28, and with the argument "both" also what came before. With "http" or "websocket" it listens on a free port.
 */
import type { AddressInfo } from "node:net";
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { WebSocketServer } from "ws";
import { z } from "zod";
import { WebSocketServerTransport } from "../../../src/server.ts";
import { listen } from "./http-listen.ts";

const legacy = process.argv.includes("both");

function createServer(): McpServer {
  const server = new McpServer({ name: "modern", version: "2.0.0" }, { capabilities: { tools: { listChanged: true } } });
  const text = (words: string): { content: { type: "text"; text: string }[] } => ({ content: [{ type: "text", text: words }] });
  server.registerTool("meta", { inputSchema: z.object({}) }, (_, { mcpReq }) => text(JSON.stringify(mcpReq._meta)));
  server.registerTool("ask", { inputSchema: z.object({}) }, (_, { mcpReq }) => {
    const answer = acceptedContent<{ name: string }>(mcpReq.inputResponses, "who");
    if (answer !== undefined) return text(`hello ${answer.name}`);
    const requestedSchema = { type: "object" as const, properties: { name: { type: "string" as const } } };
    return inputRequired({ inputRequests: { who: inputRequired.elicit({ message: "What is your name?", requestedSchema }) } });
  });
  server.registerTool("progress", { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken !== undefined)
      await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 1, total: 2 } });
    return text("half-way");
  });
  server.registerTool("wait", { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    await new Promise<void>((resolve) => mcpReq.signal.addEventListener("abort", () => resolve()));
    process.stderr.write("told to stop\n");
    return text("stopped");
  });
  server.registerTool("grow", { inputSchema: z.object({}) }, () => {
    grow(server);
    return text("grown");
  });
  const region = z.string().meta({ "x-mcp-header": "Region" });
  server.registerTool("in_region", { inputSchema: z.object({ region }) }, ({ region: where }) => text(`in ${where}`));
  for (let index = 0; index < grown; index += 1) server.registerTool(`grown_${index}`, { inputSchema: z.object({}) }, () => text("new"));
  return server;
}

// Over HTTP every request has a server of its own.
let grown = 0;
let notify: (() => void) | undefined;

function grow(server: McpServer): void {
  if (notify === undefined) server.registerTool(`grown_${grown}`, { inputSchema: z.object({}) }, () => ({ content: [] }));
  grown += 1;
  notify?.();
}

if (process.argv.includes("websocket")) {
  const sockets = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  sockets.on("connection", (socket, request) => {
    serveStdio(createServer, { legacy: legacy ? "serve" : "reject", transport: new WebSocketServerTransport(socket, request) });
  });
  sockets.once("listening", () => process.stdout.write(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}\n`));
} else if (process.argv.includes("http")) {
  const handler = createMcpHandler(createServer, { legacy: legacy ? "stateless" : "reject" });
  notify = () => handler.notify.toolsChanged();
  await listen((request) => handler.fetch(request));
} else serveStdio(createServer, { legacy: legacy ? "serve" : "reject" });
