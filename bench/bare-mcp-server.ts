/** One tool on the SDK's own handler over HTTP, which does nothing: the least that a server of MCP can be. */
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { listen } from "../test/support/servers/http-listen.ts";

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "bare", version: "1.0.0" });
  server.registerTool("nothing", { inputSchema: z.object({}) }, () => ({ content: [] }));
  return server;
});
await listen((request) => handler.fetch(request));
