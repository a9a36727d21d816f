import { type CallToolResult, McpServer, type ServerContext } from "@modelcontextprotocol/server";
import { defined } from "../base/defined.ts";
import { isJsonObject, type Json } from "../base/json.ts";
import type { TaskGroup } from "../base/task-group.ts";
import { ENVELOPE_KEY } from "../envelope/meta-keys.ts";
import type { EnvelopeServer, EnvelopeServerPorts } from "./envelope-server.ts";
import type { ToolProgress } from "./envelope-tool.ts";
import { receiveCall } from "./receive-call.ts";
import { type Era, toolResult } from "./tool-result.ts";
import { shownSchema } from "./tool-schema.ts";

/** What is put on a wire. */
export interface ServedServer {
  readonly server: EnvelopeServer;
  readonly version: string;
  /** For language models: when and how to use the tools. */
  readonly instructions?: string;
  readonly ports: EnvelopeServerPorts;
  /** Calls under way, so that whoever closes can wait for them. */
  readonly calls: TaskGroup;
}

/**
 * A standard MCP server for one connection, or for one request where connections mean nothing. That it takes envelopes
 * it says where its era has a place for it.
 */
export function createMcpServer(served: ServedServer, era: Era): McpServer {
  const { server, version, instructions } = served;
  const announced = { [ENVELOPE_KEY]: {} };
  const capabilities = { tools: { listChanged: false }, ...(era === "modern" ? { extensions: announced } : { experimental: announced }) };
  const mcp = new McpServer({ name: server.serverId, version }, { capabilities, ...defined({ instructions }) });
  for (const tool of server.tools) {
    const { name, title, description, annotations, outputSchema } = tool;
    const output = outputSchema === undefined ? undefined : shownSchema(outputSchema);
    const config = { description, inputSchema: shownSchema(tool.schema), ...defined({ title, annotations, outputSchema: output }) };
    mcp.registerTool(name, config, async (given, context) => await answer(name, given, context));
  }
  return mcp;

  async function answer(tool: string, given: unknown, context: ServerContext): Promise<CallToolResult> {
    const result = Promise.withResolvers<CallToolResult>();
    served.calls.run(async () => {
      try {
        const { signal, _meta: meta } = context.mcpReq;
        const received = { tool, parameters: asObject(given), meta: asObject(meta) };
        const settings = { signal: withClient(signal, context), progress: progressOf(context) };
        result.resolve(toolResult(await receiveCall(server, received, settings, served.ports), era));
      } catch (error) {
        result.reject(error);
      }
    });
    return await result.promise;
  }
}

/** What came over the wire was JSON. */
function asObject(given: unknown): { readonly [key: string]: Json } {
  return isJsonObject(given) ? given : {};
}

/** Over HTTP a client that hangs up cannot get the answer any more, whatever the era says about cancelling. */
function withClient(signal: AbortSignal, { http }: ServerContext): AbortSignal {
  return http?.req === undefined ? signal : AbortSignal.any([signal, http.req.signal]);
}

function progressOf({ mcpReq }: ServerContext): (progress: ToolProgress) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  return (progress) => {
    // When it cannot be sent any more, nobody waits for it.
    mcpReq.notify({ method: "notifications/progress", params: { ...progress, progressToken } }).catch(() => undefined);
  };
}
