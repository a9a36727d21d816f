import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server on this machine that keeps what it is asked, for tests. Whoever goes away in the middle is no error. */
export interface CatchingServer extends AsyncDisposable {
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly caught: Caught[];
}

export interface Caught {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface CatcherAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** @param answer - undefined leaves the caller without an answer */
export async function catchingServer(
  answer: (caught: Caught, count: number) => CatcherAnswer | undefined = () => ({}),
): Promise<CatchingServer> {
  const caught: Caught[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const asked = { method, path: url, headers, body: Buffer.concat(chunks).toString("utf8") };
      caught.push(asked);
      const said = answer(asked, caught.length);
      if (said !== undefined) response.writeHead(said.status ?? 200, said.headers).end(said.body ?? "");
    });
  });
  server.on("connection", (socket) => socket.on("error", () => undefined));
  server.on("clientError", (_error, socket) => void socket.destroy());
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    caught,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
