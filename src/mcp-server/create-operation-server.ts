import { McpServer } from "@modelcontextprotocol/server";
import type { CacheHint } from "@modelcontextprotocol/server";
import type { Ms } from "../base/duration.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { TASKS_EXTENSION } from "./client-abilities.ts";
import { serveExecutionTasks } from "./execution-tasks.ts";
import { guardRequests } from "./guard-requests.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { serveCompletions } from "./serve-completions.ts";
import { servePrompts } from "./serve-prompts.ts";
import { serveResources } from "./serve-resources.ts";
import { serveTools } from "./serve-tools.ts";
import type { ToolPorts } from "./serve-tools.ts";
import type { ServingContext } from "./serving.ts";

/** What the servers of all connections share. */
export interface OperationServerPorts extends ToolPorts {
  /** Of Tutti, for whoever looks for what runs here. */
  readonly version: string;
  /** Requests of one connection that are answered side by side. */
  readonly requestsMax: number;
}

/** As documented: configurations of clients know the name, and the version is that of the documented tools, not of the program. */
const DOCUMENTED = { name: "caelum-workflow-orchestration", version: "1.0.0", title: "Tutti" };
/** Whoever listens hears of changes of tools sooner. */
const TOOLS_FRESH_MS: Ms = 5_000;
const NOT_KEPT: CacheHint = { ttlMs: 0, cacheScope: "private" };

/** A server with the operations as tools, and stored workflows and executions as resources, for one caller. */
export function createOperationServer(serving: ServingContext<AdmittedCaller>, ports: OperationServerPorts): McpServer {
  const server = new McpServer(
    { ...DOCUMENTED, description: `Durable workflows over MCP servers (Tutti ${ports.version})` },
    {
      instructions: INSTRUCTIONS,
      capabilities: {
        completions: {},
        ...(serving.era === "modern" ? { extensions: { [TASKS_EXTENSION]: {} } } : {}),
      },
      cacheHints: {
        "tools/list": { ttlMs: TOOLS_FRESH_MS, cacheScope: "private" },
        "resources/list": NOT_KEPT,
        "resources/read": NOT_KEPT,
      },
    },
  );
  // Not with the others: the SDK would then answer these itself.
  server.server.registerCapabilities({ tools: { listChanged: true }, prompts: {}, resources: { subscribe: true } });
  const guarded = guardRequests(server, serving, ports);
  serveTools(server, ports, guarded);
  serveResources(server, serving.subscriptions, guarded);
  servePrompts(server, guarded);
  serveCompletions(server, guarded);
  if (serving.era === "modern") serveExecutionTasks(server, guarded);
  return server;
}
