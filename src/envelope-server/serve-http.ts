import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  createMcpHandler,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpHttpHandler,
  validateHostHeader,
  validateOriginHeader,
} from "@modelcontextprotocol/server";
import { createMcpServer, type ServedServer } from "./mcp-server.ts";
import type { RunningServer } from "./running-server.ts";

const HOST = "127.0.0.1";
const PATH = "/mcp";
/** As much as over stdio. */
const BODY_BYTES_MAX = 10 * 2 ** 20;
const CONNECTIONS_MAX = 1_000;

/** Serves over Streamable HTTP, without sessions: each request stands for itself in every era. */
export async function serveHttp(served: ServedServer, port: number): Promise<RunningServer> {
  const handler = createMcpHandler(({ era }) => createMcpServer(served, era), { maxRequestBodySize: BODY_BYTES_MAX });
  const listener = createServer((incoming, outgoing) => void respond(handler, incoming, outgoing));
  listener.maxConnections = CONNECTIONS_MAX;
  await listening(listener, port);
  const ended = Promise.withResolvers<void>();
  listener.once("close", () => ended.resolve());
  const closed = ended.promise.then(async () => await served.calls.idle());
  return {
    url: `http://${HOST}:${(listener.address() as AddressInfo).port}${PATH}`,
    closed,
    async [Symbol.asyncDispose]() {
      listener.close();
      await handler.close();
      listener.closeAllConnections();
      await closed;
    },
  };
}

async function listening(listener: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(port, HOST, () => {
      listener.off("error", reject);
      resolve();
    });
  });
}

async function respond(handler: McpHttpHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  // Whoever hangs up cancels what was asked for.
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  try {
    const refused = refusal(incoming);
    const response = refused ?? (await handler.fetch(webRequest(incoming, gone.signal)));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    if (response.body === null) outgoing.end();
    else await pipeline(Readable.fromWeb(response.body), outgoing);
  } catch {
    // Most often the client is gone. What is left is a request that cannot be made sense of.
    if (!outgoing.headersSent) outgoing.writeHead(400);
    outgoing.end();
  }
}

/** A page in somebody's browser must not reach a server of this machine, also not under another name of it (DNS rebinding). */
function refusal({ url = "/", headers }: IncomingMessage): Response | undefined {
  if (!validateHostHeader(headers.host, localhostAllowedHostnames()).ok) return new Response("this host is not allowed", { status: 403 });
  if (!validateOriginHeader(headers.origin, localhostAllowedOrigins()).ok)
    return new Response("this origin is not allowed", { status: 403 });
  const [path] = url.split("?", 1);
  return path === PATH ? undefined : new Response(`the server is at ${PATH}`, { status: 404 });
}

function webRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, String(value));
  const method = incoming.method ?? "GET";
  const withBody = method === "GET" || method === "HEAD" ? {} : { body: Readable.toWeb(incoming), duplex: "half" as const };
  return new Request(`http://${HOST}${PATH}`, { method, headers, signal, ...withBody });
}
