/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { type ServerOptions, WebSocketServer } from "ws";
import type { Ms } from "../base/duration.ts";
import { addressOf, listenLocally, type ListenSettings, type Refusal, refusalOf } from "./local-listener.ts";
import { createMcpServer, type ServedServer } from "./mcp-server.ts";
import type { RunningServer } from "./running-server.ts";
import { WebSocketServerTransport } from "../mcp-wire/web-socket-server-transport.ts";

/** As much as over stdio. */
const MESSAGE_BYTES_MAX = 10 * 2 ** 20;
const HANGS_UP_WITHIN_MS: Ms = 1_000;
const SUBPROTOCOL = "mcp";

const SOCKET_OPTIONS: ServerOptions & { readonly closeTimeout: Ms } = {
  noServer: true,
  clientTracking: false,
  maxPayload: MESSAGE_BYTES_MAX,
  // Known to ws, and not to its types.
  closeTimeout: HANGS_UP_WITHIN_MS,
  handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
};

/** Serves over WebSockets: each is a connection of its own, in the era that its client begins with. */
export async function serveWebSocket(served: ServedServer, settings: ListenSettings): Promise<RunningServer> {
  const listener = await listenLocally(settings);
  const sockets = new WebSocketServer(SOCKET_OPTIONS);
  const open = new Map<WebSocketServerTransport, { close(): Promise<void> }>();
  const ended = Promise.withResolvers<void>();
  listener.once("close", () => ended.resolve());
  listener.on("request", (_, outgoing) => {
    outgoing.writeHead(426, { Connection: "Upgrade", Upgrade: "websocket" }).end("this is a server of MCP over WebSocket");
  });
  listener.on("upgrade", (request, wire, head) => {
    const refused = refusalOf(request);
    if (refused !== undefined) return refuse(wire, refused);
    sockets.handleUpgrade(request, wire, head, (socket) => {
      const transport = new WebSocketServerTransport(socket, request);
      open.set(
        transport,
        serveStdio(({ era }) => createMcpServer(served, era), { transport }),
      );
      const stop = transport.onclose;
      transport.onclose = () => {
        open.delete(transport);
        stop?.();
      };
    });
  });
  const closed = ended.promise.then(async () => await served.calls.idle());
  return {
    url: addressOf(listener, "ws", settings),
    closed,
    async [Symbol.asyncDispose]() {
      listener.close();
      listener.closeAllConnections();
      await Promise.all(Array.from(open.values(), (connection) => connection.close()));
      await closed;
    },
  };
}

function refuse(wire: Duplex, { status, reason }: Refusal): void {
  // Whoever is refused may be gone already.
  wire.on("error", () => wire.destroy());
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, "Connection: close", "Content-Type: text/plain"];
  wire.end([...head, `Content-Length: ${Buffer.byteLength(reason)}`, "", reason].join("\r\n"));
}
