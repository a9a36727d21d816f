import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";

/** A real HTTP API for tests and for trying things out, on a free port of this machine. */
export interface TestingApi extends AsyncDisposable {
  readonly url: string;
  /** For `ALLOW_PRIVATE`. */
  readonly host: string;
  /** What was asked, in order. */
  readonly asked: SeenRequest[];
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export type Answering = (
  request: SeenRequest,
  nth: number,
) => { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } | "never" | "hang up";

const BODY_CHARACTERS_MAX = 100_000;

export async function openTestingApi(answering: Answering): Promise<TestingApi> {
  const asked: SeenRequest[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    let body = "";
    for await (const part of request as AsyncIterable<Buffer>) if (body.length < BODY_CHARACTERS_MAX) body += part.toString("utf8");
    const seen = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    asked.push(seen);
    const end = answering(seen, asked.length);
    if (end === "never") return;
    if (end === "hang up") return void request.socket.destroy();
    const text = typeof end.body === "string" ? end.body : JSON.stringify(end.body ?? {});
    response.writeHead(end.status ?? 200, { "content-type": "application/json", ...end.headers }).end(text);
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.on("connection", (socket) => socket.on("error", () => undefined));
  server.on("clientError", (_, socket) => socket.destroy());
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
