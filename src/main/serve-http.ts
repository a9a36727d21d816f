import { systemClock } from "../base/clock.ts";
import { llmsText } from "../contract/llms-text.ts";
import { OPERATIONS } from "../contract/operations.ts";
import { createDashboardApp } from "../http/dashboard-app.ts";
import { createHttpApp } from "../http/http-app.ts";
import type { Listening } from "../http/listen.ts";
import { openMcpSurface } from "../mcp-server/mcp-surface.ts";
import type { McpSurfaceOptions } from "../mcp-server/mcp-surface.ts";
import { listenWith, logFault, servedPorts } from "./served-ports.ts";
import type { ServedPortOptions } from "./served-ports.ts";

/** What answers at the port of a serving process. */
export interface ServedHttpOptions extends ServedPortOptions {
  /** Which operations are tools of MCP. */
  readonly tools: McpSurfaceOptions["tools"];
}

/**
 * Answers at one port: operations as routes of HTTP, the same as tools of MCP over HTTP and WebSocket, and what operators ask
 * for. Disposing takes nothing more, ends streams, and lets answers that are on their way arrive.
 *
 * @throws TuttiError `port.taken`, `usage`
 */
export async function openServedHttp(options: ServedHttpOptions): Promise<Listening> {
  const { tools, log, version } = options;
  const ports = servedPorts(options);
  await using resources = new AsyncDisposableStack();
  const mcp = openMcpSurface({
    gate: ports.gate,
    tools,
    version,
    clock: systemClock,
    onFault: (error, where) => logFault(log, "a request of MCP could not be answered", error, { where }),
    // Looked at before it gets there.
    refuseUpgrade: () => undefined,
  });
  resources.use(mcp);
  const app = createHttpApp({
    ...ports,
    operations: OPERATIONS,
    mounts: [{ path: "/mcp", fetch: async (request) => await mcp.fetch(request) }],
    pages: { "/llms.txt": llmsText },
    sockets: { "/ws": mcp.upgrade.bind(mcp) },
  });
  const listening = await listenWith(app, options);
  resources.move();
  return {
    ...listening,
    async [Symbol.asyncDispose]() {
      await mcp[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
    },
  };
}

/**
 * Answers what dashboards ask for, at a port of its own.
 *
 * @throws TuttiError `port.taken`, `usage`
 */
export async function openServedDashboard(options: ServedPortOptions): Promise<Listening> {
  const { owner, place } = options;
  return await listenWith(createDashboardApp({ ...servedPorts(options), table: place.table, clusterUrl: owner.clusterUrl }), options);
}
