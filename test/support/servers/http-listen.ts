import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";

/** Listens on a free port of this machine, and writes its address to stdout. */
export async function listen(handle: (request: Request) => Promise<Response>): Promise<void> {
  await listenRaw(async (incoming, outgoing) => {
    const body = incoming.method === "POST" ? await readBody(incoming) : null;
    const gone = new AbortController();
    outgoing.on("close", () => gone.abort());
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, String(value));
    const url = `http://${incoming.headers.host}${incoming.url}`;
    const response = await handle(new Request(url, { method: incoming.method ?? "GET", headers, body, signal: gone.signal }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    if (response.body === null) outgoing.end();
    else Readable.fromWeb(response.body).pipe(outgoing);
  });
}

/** The same for servers that must do what HTTP is not meant for. */
export async function listenRaw(handle: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> | void): Promise<void> {
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp\n`);
}

export async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
