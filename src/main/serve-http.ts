import { systemClock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { randomIds } from "../base/ids.ts";
import { llmsText } from "../contract/llms-text.ts";
import { OPERATIONS } from "../contract/operations.ts";
import { createHttpApp } from "../http/http-app.ts";
import { listen } from "../http/listen.ts";
import type { Listening } from "../http/listen.ts";
import { openMcpSurface } from "../mcp-server/mcp-surface.ts";
import type { McpSurfaceOptions } from "../mcp-server/mcp-surface.ts";
import { isLocalHost } from "../model/open-host.ts";
import type { Log } from "../ports/log.ts";
import type { MetricsStore } from "../telemetry/open-metrics.ts";
import { PROMETHEUS_CONTENT_TYPE } from "../telemetry/prometheus-text.ts";
import type { Config } from "./config.ts";
import type { Owner } from "./owner.ts";
import { namingAlternative } from "./service-port.ts";
import type { ServicePort } from "./service-port.ts";
import { servedHealth } from "./served-health.ts";

/** What answers at the port of a serving process. */
export interface ServedHttpOptions {
  readonly owner: Owner;
  readonly place: ServicePort;
  readonly settings: Config["serve"];
  /** Which operations are tools of MCP. */
  readonly tools: McpSurfaceOptions["tools"];
  readonly metrics: MetricsStore;
  readonly log: Log;
  readonly version: string;
}

/**
 * Answers at one port: operations as routes of HTTP, the same as tools of MCP over HTTP and WebSocket, and what operators ask
 * for. Disposing takes nothing more, ends streams, and lets answers that are on their way arrive.
 *
 * @throws TuttiError `port.taken`, `usage`
 */
export async function openServedHttp(options: ServedHttpOptions): Promise<Listening> {
  const { owner, place, settings, tools, metrics, log, version } = options;
  const wide = !isLocalHost(place.host);
  await using resources = new AsyncDisposableStack();
  const fault = (message: string, error: unknown, fields: Readonly<Record<string, string>>): void =>
    log.write("error", message, { ...fields, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  const mcp = openMcpSurface({
    gate: owner.gate,
    tools,
    version,
    clock: systemClock,
    onFault: (error, where) => fault("a request of MCP could not be answered", error, { where }),
    // Looked at before it gets there.
    refuseUpgrade: () => undefined,
  });
  const app = createHttpApp({
    gate: owner.gate,
    operations: OPERATIONS,
    settings,
    wide,
    operator: {
      metrics: () => ({ text: metrics.prometheusText(), type: PROMETHEUS_CONTENT_TYPE }),
      health: servedHealth(owner.operations, (connection) => owner.healthChanges(connection)),
    },
    mounts: [{ path: "/mcp", fetch: async (request) => await mcp.fetch(request) }],
    pages: { "/llms.txt": llmsText },
    sockets: { "/ws": mcp.upgrade.bind(mcp) },
    clock: systemClock,
    ids: randomIds,
    version,
    onFault: (error, { requestId, method, path }) =>
      fault("a request could not be answered", error, { request_id: requestId, method, path }),
  });
  const listenOptions = {
    ...place,
    ...defined({ tls: settings.tls }),
    clock: systemClock,
    note: (text: string) => log.write("warn", text),
    upgrade: app.upgrade,
  };
  const listening = resources.use(
    await namingAlternative(place, async () => await listen((asked, from) => app.fetch(asked, from), listenOptions)),
  );
  // Streams and sockets end before the listener waits for what is on its way.
  resources.use(mcp);
  resources.use(app);
  const open = resources.move();
  return { url: listening.url, port: listening.port, [Symbol.asyncDispose]: async () => await open[Symbol.asyncDispose]() };
}
