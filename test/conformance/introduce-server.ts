import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { z } from "zod";

const message = z.object({ method: z.string(), id: z.union([z.string(), z.number()]).optional() });

/**
 * Says of a server that it speaks the protocol of 2026-07-28, to clients that ask: some servers of the conformance tests
 * do, and have nothing that would say so. All else that comes is handed on to it unchanged.
 */
export async function introduceServer(address: string): Promise<AsyncDisposable & { readonly url: string }> {
  const target = new URL(address);
  const server = createServer((incoming, outgoing) => {
    void buffer(incoming).then((body) => {
      const parsed = message.safeParse(parseJson(body));
      if (parsed.data?.method === "server/discover") {
        const capabilities = { tools: { listChanged: true }, resources: {}, prompts: {} };
        const about = { "io.modelcontextprotocol/serverInfo": { name: "tested", version: "0" } };
        const result = {
          resultType: "complete",
          supportedVersions: ["2026-07-28"],
          capabilities,
          _meta: about,
          ttlMs: 0,
          cacheScope: "private",
        };
        outgoing.writeHead(200, { "content-type": "application/json" });
        return outgoing.end(JSON.stringify({ jsonrpc: "2.0", id: parsed.data.id, result }));
      }
      const onward = forward(target, { method: incoming.method, headers: { ...incoming.headers, host: target.host } }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      return onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
