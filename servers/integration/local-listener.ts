import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Json } from "tutti/server";

/** What a listener answers, and how. */
export interface Route {
  readonly method: "GET" | "POST";
  /** The path without the query; its groups are the `parts` of a request. */
  readonly path: RegExp;
  readonly bytesMax: number;
  answer(request: LocalRequest): Promise<LocalAnswer>;
}

export interface LocalRequest {
  /** Decoded. */
  readonly parts: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface LocalAnswer {
  readonly status: number;
  readonly body: Json;
}

/** An HTTP server that only this machine can reach. Disposing ends all connections. */
export interface LocalListener extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

const HEADER_MS = 10_000;
const REQUEST_MS = 30_000;
const IDLE_MS = 5_000;
const CONNECTIONS_MAX = 256;
const HEADER_BYTES_MAX = 16_384;
/** So much of a body that is too large is read, and thrown away, before that is said. */
const UNWANTED_BYTES_MAX = 8 * 2 ** 20;

/** @throws Error - nothing can listen on the port */
export async function listenLocally(port: number, routes: readonly Route[]): Promise<LocalListener> {
  const settings = {
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADER_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: 1_000,
  };
  const server = createServer(settings, (request, response) => {
    void handle(request, response, routes).catch(() => response.destroy());
  });
  limitConnections(server);
  server.on("clientError", (_error, socket) => void socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error) => process.stderr.write(`the listener: ${error.message}\n`));
  const { port: taken } = server.address() as AddressInfo;
  return {
    port: taken,
    url: `http://127.0.0.1:${taken}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** When all places are taken, whoever has asked nothing yet makes place: slow callers keep nobody else out. */
function limitConnections(server: Server): void {
  const idle = new Set<Socket>();
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    // A caller that is gone is no news.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      idle.delete(socket);
      open.delete(socket);
    });
    open.add(socket);
    idle.add(socket);
    if (open.size <= CONNECTIONS_MAX) return;
    const [oldest = socket] = idle;
    oldest.destroy();
  });
  server.on("request", (request, response) => {
    idle.delete(request.socket);
    response.on("close", () => {
      if (open.has(request.socket)) idle.add(request.socket);
    });
  });
}

async function handle(request: IncomingMessage, response: ServerResponse, routes: readonly Route[]): Promise<void> {
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  const answer = await answerTo(request, routes);
  if (response.destroyed) return;
  const text = JSON.stringify(answer.body);
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  response.writeHead(answer.status, headers).end(text);
}

async function answerTo(request: IncomingMessage, routes: readonly Route[]): Promise<LocalAnswer> {
  const path = (request.url ?? "").split("?")[0] ?? "";
  const fitting = routes.filter((route) => route.path.test(path));
  const route = fitting.find(({ method }) => method === request.method);
  // Read also when it is not wanted: whoever is cut off while sending does not read the answer.
  const body = await bodyOf(request, route?.bytesMax ?? 0);
  if (!isLocalHost(request.headers.host)) return problem(403, "this listener is asked for as 127.0.0.1 or localhost only");
  if (route === undefined) return fitting.length === 0 ? problem(404, "there is nothing here") : problem(405, "this method is not allowed");
  const parts = (route.path.exec(path) ?? []).slice(1).map(decoded);
  if (parts.includes(undefined)) return problem(400, "the path is not well encoded");
  if (body === undefined) return problem(413, `a body has at most ${route.bytesMax} bytes`);
  return await route.answer({ parts: parts.map((part) => part ?? ""), headers: request.headers, body }).catch((error: unknown) => {
    process.stderr.write(`${path.slice(0, 100)}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return problem(500, "this failed");
  });
}

/** What a listener answers when it says no. */
export function problem(status: number, message: string): LocalAnswer {
  return { status, body: { error: message } };
}

/** A page on another site that has its name point here sends that name along. */
function isLocalHost(host = ""): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}

function decoded(part: string | undefined): string | undefined {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return undefined;
  }
}

/** Undefined when there is more than is allowed. */
async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bytesMax) chunks.push(chunk);
      else chunks.length = 0;
      if (size > bytesMax + UNWANTED_BYTES_MAX) request.destroy();
    });
    request.on("end", () => resolve(size > bytesMax ? undefined : Buffer.concat(chunks)));
    request.on("close", () => reject(new Error("the caller is gone")));
    request.on("error", reject);
  });
}
