import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createMcpHandler, type McpHttpHandler } from "@modelcontextprotocol/server";
import { addressOf, listenLocally, type ListenSettings, refusalOf } from "./local-listener.ts";
import { createMcpServer, type ServedServer } from "./mcp-server.ts";
import type { RunningServer } from "./running-server.ts";

/** As much as over stdio. */
const BODY_BYTES_MAX = 10 * 2 ** 20;

/** Serves over Streamable HTTP, without sessions: each request stands for itself in every era. */
export async function serveHttp(served: ServedServer, settings: ListenSettings): Promise<RunningServer> {
  const handler = createMcpHandler(({ era }) => createMcpServer(served, era), { maxRequestBodySize: BODY_BYTES_MAX });
  const listener = await listenLocally(settings);
  const url = addressOf(listener, "http", settings);
  listener.on("request", (incoming, outgoing) => void respond(handler, url, incoming, outgoing));
  const ended = Promise.withResolvers<void>();
  listener.once("close", () => ended.resolve());
  const closed = ended.promise.then(async () => await served.calls.idle());
  return {
    url,
    closed,
    async [Symbol.asyncDispose]() {
      listener.close();
      await handler.close();
      listener.closeAllConnections();
      await closed;
    },
  };
}

async function respond(handler: McpHttpHandler, url: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  // Whoever hangs up cancels what was asked for.
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  try {
    const refused = refusalOf(incoming);
    const response =
      refused === undefined
        ? await handler.fetch(webRequest(url, incoming, gone.signal))
        : new Response(refused.reason, { status: refused.status });
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

function webRequest(url: string, incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, String(value));
  const method = incoming.method ?? "GET";
  const withBody = method === "GET" || method === "HEAD" ? {} : { body: Readable.toWeb(incoming), duplex: "half" as const };
  return new Request(url, { method, headers, signal, ...withBody });
}
