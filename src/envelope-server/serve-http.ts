import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createMcpHandler, type McpHttpHandler } from "@modelcontextprotocol/server";
import type { Json } from "../base/json.ts";
import { addressOf, listenLocally, type ListenSettings, pathOf, refusalOf } from "./local-listener.ts";
import { createMcpServer, type ServedServer } from "./mcp-server.ts";
import type { RunningServer } from "./running-server.ts";

/** As much as over stdio. */
const BODY_BYTES_MAX = 10 * 2 ** 20;

const HEALTH_PATH = "/health";

/** How a server says that it is. */
export interface HealthAnswer {
  readonly status: "healthy" | "degraded" | "unhealthy";
  readonly [fact: string]: Json;
}

interface HttpSettings extends ListenSettings {
  readonly health: () => HealthAnswer | Promise<HealthAnswer>;
}

/** Serves over Streamable HTTP, without sessions: each request stands for itself in every era. Beside it, `GET /health`. */
export async function serveHttp(served: ServedServer, settings: HttpSettings): Promise<RunningServer> {
  const handler = createMcpHandler(({ era }) => createMcpServer(served, era), { maxRequestBodySize: BODY_BYTES_MAX });
  const answering = { handler, health: settings.health };
  const listener = await listenLocally(settings);
  const url = addressOf(listener, "http", settings);
  listener.on("request", (incoming, outgoing) => void respond(answering, url, incoming, outgoing));
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

interface Answering {
  readonly handler: McpHttpHandler;
  readonly health: HttpSettings["health"];
}

async function respond(answering: Answering, url: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  // Whoever hangs up cancels what was asked for.
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  try {
    const response = await answerTo(answering, url, incoming, gone.signal);
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

async function answerTo({ handler, health }: Answering, url: string, incoming: IncomingMessage, signal: AbortSignal): Promise<Response> {
  const asksHealth = pathOf(incoming) === HEALTH_PATH && (incoming.method === "GET" || incoming.method === "HEAD");
  const refused = refusalOf(incoming, asksHealth ? HEALTH_PATH : undefined);
  if (refused !== undefined) return new Response(refused.reason, { status: refused.status });
  return asksHealth ? await healthResponse(health) : await handler.fetch(webRequest(url, incoming, signal));
}

async function healthResponse(health: HttpSettings["health"]): Promise<Response> {
  let answer: HealthAnswer;
  try {
    answer = await health();
  } catch {
    answer = { status: "unhealthy" };
  }
  return Response.json(answer, { status: answer.status === "unhealthy" ? 503 : 200, headers: { "cache-control": "no-store" } });
}

function webRequest(url: string, incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, String(value));
  const method = incoming.method ?? "GET";
  const withBody = method === "GET" || method === "HEAD" ? {} : { body: Readable.toWeb(incoming), duplex: "half" as const };
  return new Request(url, { method, headers, signal, ...withBody });
}
