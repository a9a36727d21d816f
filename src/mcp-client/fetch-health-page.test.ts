import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { serverConfig } from "../../test/support/server-config.ts";
import { systemClock } from "../base/clock.ts";
import type { ServerAddress } from "../model/server.ts";
import { fetchHealthPage } from "./fetch-health-page.ts";

const PORTS = { clock: systemClock, log: { write: () => undefined }, tls: {} };

/** A server of this machine that answers everything in one way, and remembers what it was asked. */
async function listening(answer: (response: ServerResponse) => void) {
  const asked: Pick<IncomingMessage, "url" | "headers">[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push({ ...(url === undefined ? {} : { url }), headers });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function page(connection: ServerAddress, signal = new AbortController().signal): Promise<unknown> {
  return await fetchHealthPage(serverConfig({ connection }), PORTS, signal);
}

function answering(status: number, body: string): (response: ServerResponse) => void {
  return (response) => void response.writeHead(status).end(body);
}

test.each([
  ["http", "/mcp?key=abc"],
  ["websocket", "/ws"],
] as const)("a server over %s is asked at its own address, with the headers that it gets anyway", async (kind, path) => {
  await using server = await listening(answering(200, '{"status":"healthy","up_ms":5}'));
  const url = `${kind === "http" ? "http" : "ws"}://${server.host}${path}`;
  expect(await page({ kind, url, headers: { authorization: "Bearer abc" } })).toEqual({ status: "healthy", up_ms: 5 });
  expect(server.asked).toMatchObject([{ url: "/health", headers: { authorization: "Bearer abc" } }]);
});

test.each([
  ["that is not well is heard", 503, '{"status":"unhealthy"}', { status: "unhealthy" }],
  ["without such a page says nothing", 404, '{"status":"healthy"}', undefined],
  ["with a page for people says nothing", 200, "<html>fine</html>", undefined],
  ["with a list says nothing", 200, "[1]", undefined],
  ["with an endless page says nothing", 200, JSON.stringify({ status: "x".repeat(70_000) }), undefined],
])("a server %s", async (_, status, body, said) => {
  await using server = await listening(answering(status, body));
  expect(await page({ kind: "http", url: `http://${server.host}/mcp`, headers: {} })).toEqual(said);
});

test("nobody at all says nothing", async () => {
  expect(await page({ kind: "http", url: "http://127.0.0.1:9/mcp", headers: {} })).toBeUndefined();
});

test("who may not be spoken to in the clear is not asked, unless the configuration allows it", async () => {
  await using server = await listening(answering(200, '{"status":"healthy"}'));
  // Leads to this machine as well, and does not say so.
  const url = `http://0.0.0.0:${server.host.split(":")[1]}/mcp`;
  expect(await page({ kind: "http", url, headers: { authorization: "Bearer abc" } })).toBeUndefined();
  expect(server.asked).toEqual([]);
  expect(await page({ kind: "http", url, headers: {}, insecure: true })).toEqual({ status: "healthy" });
});

test("who does not want to wait any longer does not", async () => {
  const leaving = new AbortController();
  await using server = await listening(() => leaving.abort(new Error("enough")));
  await expect(page({ kind: "http", url: `http://${server.host}/mcp`, headers: {} }, leaving.signal)).rejects.toThrow("enough");
});
