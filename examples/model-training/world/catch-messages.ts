import { once } from "node:events";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { Receiver } from "./catch-mail.ts";

interface Place {
  readonly path: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** Takes JSON by POST and answers as an incoming webhook of Slack does, on this machine. Each message becomes a file `*.json`. */
export async function catchMessages(folder: string, { path, port: wanted }: Place): Promise<Receiver> {
  mkdirSync(folder, { recursive: true });
  let count = 0;
  const keep = async (request: IncomingMessage): Promise<number> => {
    if (request.url !== path) return 404;
    if (request.method !== "POST") return 405;
    const text = (await buffer(request)).toString("utf8");
    try {
      JSON.parse(text);
    } catch {
      return 400;
    }
    count += 1;
    const name = `${new Date().toISOString().replaceAll(":", "-")}-${process.pid}-${count}.json`;
    writeFileSync(join(folder, `.${name}.part`), text);
    renameSync(join(folder, `.${name}.part`), join(folder, name));
    return 200;
  };
  const server = createServer((request, response) => {
    // A sender that is gone is no news.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    keep(request).then(
      (status) => response.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? "ok" : "invalid_payload"),
      () => response.destroy(),
    );
  });
  server.on("clientError", (_error, socket) => void socket.destroy());
  server.on("connection", (socket) => void socket.on("error", () => undefined));
  server.listen(wanted, "127.0.0.1");
  await once(server, "listening");
  server.on("error", () => undefined);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
