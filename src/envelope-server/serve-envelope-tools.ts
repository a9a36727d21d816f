/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { defined } from "../base/defined.ts";
import { TaskGroup } from "../base/task-group.ts";
import { createEnvelopeServer, type EnvelopeServerOptions, REAL_PORTS } from "./envelope-server.ts";
import type { ListenSettings } from "./local-listener.ts";
import { createMcpServer, type ServedServer } from "./mcp-server.ts";
import type { RunningServer } from "./running-server.ts";
import { type HealthAnswer, serveHttp } from "./serve-http.ts";
import { serveWebSocket } from "./serve-web-socket.ts";

/** A server and its tools. */
export interface ServeOptions extends Omit<EnvelopeServerOptions, "serverId"> {
  /** Names the server; clients see it. */
  readonly name: string;
  readonly version: string;
  /** For language models: when and how to use the tools. */
  readonly instructions?: string;
  /** What `GET /health` answers over HTTP, as JSON: with status 503 when its `status` is `unhealthy`. Default: that it is `healthy`. */
  readonly health?: () => HealthAnswer | Promise<HealthAnswer>;
}

/** `stdio`: over stdin and stdout of this process. `http` (Streamable HTTP) and `websocket`: on a port of 127.0.0.1. */
export type ServeTransport = { readonly kind: "stdio" } | ({ readonly kind: "http" | "websocket" } & ListenSettings);

/**
 * Serves tools to MCP clients of every era. Those that know envelopes send and get them beside the arguments and the
 * result; to all others it is a server like any other.
 *
 * Whoever is connected may claim any tenant and any user: connect nobody but Tutti, or others that are trusted with it.
 *
 * @throws Error - two tools have the same name, the port is taken, or the certificate is of no use
 */
export async function serveEnvelopeTools(options: ServeOptions, transport: ServeTransport = { kind: "stdio" }): Promise<RunningServer> {
  const { name: serverId, version, tools, instructions, onFault, health } = options;
  const server = createEnvelopeServer({ serverId, tools, ...defined({ onFault }) });
  const served: ServedServer = { server, version, ports: REAL_PORTS, calls: new TaskGroup(), ...defined({ instructions }) };
  switch (transport.kind) {
    case "stdio":
      return overStdio(served);
    case "http":
      return await serveHttp(served, { ...transport, health: health ?? (() => ({ status: "healthy", name: serverId, version })) });
    case "websocket":
      return await serveWebSocket(served, transport);
  }
}

function overStdio(served: ServedServer): RunningServer {
  const ended = Promise.withResolvers<void>();
  const wire = new StdioServerTransport();
  const handle = serveStdio(({ era }) => createMcpServer(served, era), { transport: wire });
  const stop = wire.onclose;
  wire.onclose = () => {
    stop?.();
    ended.resolve();
  };
  const closed = ended.promise.then(async () => await served.calls.idle());
  return {
    closed,
    async [Symbol.asyncDispose]() {
      await handle.close();
      await closed;
    },
  };
}
