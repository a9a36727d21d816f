import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { ManualClock } from "../../support/manual-clock.ts";
import { listenOddly, textAnswer } from "../../support/servers/odd-socket.ts";
import { serveTools } from "../../support/servers/served-tools.ts";
import { openTestConnections, startListening, webSocketServer } from "../../support/servers/test-connections.ts";

test.each([
  ["legacy", "2025-11-25"],
  ["modern", "2026-07-28"],
  [undefined, "2026-07-28"],
] as const)("calls, progress, refusals and cancelling work over a WebSocket (era %s)", async (protocolEra, protocolVersion) => {
  await using server = await serveTools({ kind: "websocket" });
  await using world = openTestConnections(webSocketServer(server.url, protocolEra === undefined ? {} : { protocolEra }));
  expect(await world.connections.check("s", world.signal)).toMatchObject({ title: "served", protocolVersion, toolCount: 3 });
  expect(await world.call("echo", { text: "grüezi 🎻" })).toMatchObject({ kind: "succeeded", output: { text: "grüezi 🎻" } });
  expect(await world.call("refuse")).toMatchObject({ kind: "failed", accepted: true, error: { message: "the limit is 10" } });
  const stop = new AbortController();
  const steps: number[] = [];
  const call = world.call("hold", {}, { signal: stop.signal, progress: ({ progress }) => void steps.push(progress) });
  await expect.poll(() => server.held()).toBe(1);
  stop.abort(new Error("enough"));
  expect(await call).toMatchObject({ kind: "unknown", error: { kind: "cancelled" } });
  await expect.poll(() => server.stopped()).toBe(1);
  expect(steps).toEqual([1]);
});

test.each([[[]], [["both"]]])("a server asks in the middle of a call, and tells that its tools have changed (%j)", async (args) => {
  await using listening = await startListening("modern.ts", ["websocket", ...args]);
  const elicitor = { ask: async () => ({ action: "accept" as const, content: { name: "Ada" } }) };
  await using world = openTestConnections(webSocketServer(listening.url), { elicitor });
  expect(await world.call("ask")).toMatchObject({ kind: "succeeded", output: { text: "hello Ada" } });
  const names = async (): Promise<readonly string[]> => (await world.connections.tools("s", world.signal)).map(({ name }) => name);
  expect(await names()).not.toContain("grown_0");
  await world.call("grow");
  await expect.poll(names).toContain("grown_0");
});

test("a server that sends batches, bytes in place of text, and noise is understood", async () => {
  await using server = await listenOddly(["say"], (socket, { id }) => {
    socket.send("this is no message");
    socket.send('{"neither": "is this"}');
    socket.send(Buffer.from(`[${textAnswer(id, "in bytes: ä")}]`));
  });
  await using world = openTestConnections(webSocketServer(server.url));
  expect(await world.call("say")).toEqual({ kind: "succeeded", output: { text: "in bytes: ä" } });
  expect(world.log.map(({ text }) => text)).toEqual(["this is no message", '{"neither": "is this"}']);
});

test("headers of the configuration are sent with the upgrade", async () => {
  await using server = await listenOddly(["say"], (socket, { id }) => socket.send(textAnswer(id, "hi")));
  const connection = { kind: "websocket", url: server.url, headers: { authorization: "Bearer abc" } } as const;
  await using world = openTestConnections({ ...webSocketServer(server.url), connection });
  expect(await world.call("say")).toMatchObject({ kind: "succeeded" });
  expect(server.requests[0]?.headers).toMatchObject({ authorization: "Bearer abc", "sec-websocket-protocol": "mcp" });
});

test.each([
  [401, "no token", "it answered HTTP 401: no token", undefined],
  [403, '{"error": "not you"}', "it answered HTTP 403: not you", undefined],
  [429, "", "it answered HTTP 429: Too Many Requests", 7_000],
  [503, "<html>", "it answered HTTP 503: Service Unavailable", 7_000],
  [301, "", "it answered HTTP 301: Moved Permanently", undefined],
  [200, "hello", "it answered HTTP 200: hello", undefined],
] as const)(
  "an upgrade that is answered with %i is not accepted, in the words of the server",
  async (status, body, words, retryAfterMs) => {
    await using server = await listenHttp((_, answer) => {
      const headers = retryAfterMs === undefined ? { location: "/elsewhere" } : { "retry-after": "7" };
      answer.writeHead(status, headers).end(body);
    });
    await using world = openTestConnections(webSocketServer(server.url));
    const outcome = await world.call("say");
    expect(outcome).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { kind: "connection", message: `the server is not available: ${words}` },
    });
    expect(outcome).toMatchObject(retryAfterMs === undefined ? {} : { retryAfterMs });
    if (retryAfterMs === undefined) return;
    expect(await world.call("say")).toMatchObject({ kind: "failed", accepted: false, retryAfterMs: expect.closeTo(retryAfterMs, -3) });
  },
);

test("an address that the system refuses at once is not reached, and that is all", async () => {
  const connection = { kind: "websocket", url: "ws://255.255.255.255:9/", headers: {}, insecure: true } as const;
  await using world = openTestConnections({ ...webSocketServer(""), connection });
  await expect(world.connections.tools("s", world.signal)).rejects.toThrow("it cannot be reached: connect ");
});

test("a server that never answers the upgrade fails after its time, and nothing is left of the attempt", async () => {
  await using server = await listenHttp(() => undefined);
  await using world = openTestConnections(webSocketServer(server.url, { connectTimeoutMs: 200 }));
  await expect(world.connections.tools("s", world.signal)).rejects.toThrow("it was not ready within 200 ms");
  await expect.poll(() => server.connections()).toBe(0);
});

test.each([
  [() => "no", "it has agreed to something that is no WebSocket"],
  [acceptKey, 'it does not know the subprotocol "mcp", so it is no MCP server'],
] as const)("a server that agrees to something else is not taken for one (%#)", async (accept, words) => {
  await using server = await listenHttp((request, answer) => {
    const key = accept(request.headers["sec-websocket-key"] ?? "");
    answer.writeHead(101, { upgrade: "websocket", connection: "upgrade", "sec-websocket-accept": key }).end();
  });
  await using world = openTestConnections(webSocketServer(server.url));
  await expect(world.connections.tools("s", world.signal)).rejects.toThrow(words);
});

test.each([
  ["closes", (socket: WebSocket) => socket.close(1011, "out of memory"), "it failed (code 1011): out of memory"],
  ["goes away", (socket: WebSocket) => socket.close(1001), "it is shutting down"],
  ["is closed with a code of its own", (socket: WebSocket) => socket.close(4100), "it closed the connection with code 4100"],
  ["breaks off", (socket: WebSocket) => socket.terminate(), "it broke off"],
] as const)(
  "when a server %s in the middle of a call, its end is unknown, and the next call has a new connection",
  async (_, end, words) => {
    await using server = await listenOddly(["say"], (socket, { id }) => {
      if (server.sockets.length === 1) end(socket);
      else socket.send(textAnswer(id, "again"));
    });
    await using world = openTestConnections(webSocketServer(server.url));
    const outcome = await world.call("say");
    expect(outcome).toMatchObject({ kind: "unknown", error: { kind: "connection", message: `the connection was lost: ${words}` } });
    await expect.poll(() => world.call("say")).toEqual({ kind: "succeeded", output: { text: "again" } });
  },
);

test("a server that hangs up when it is asked for its era is connected to again, and not asked", async () => {
  await using server = await listenOddly(["say"], (socket, { id }) => socket.send(textAnswer(id, "hi")), true);
  await using world = openTestConnections(webSocketServer(server.url));
  expect(await world.connections.check("s", world.signal)).toMatchObject({ era: "legacy", protocolVersion: "2025-06-18" });
  expect(server.sockets).toHaveLength(2);
});

test("a message in twenty thousand pieces is one message", async () => {
  await using server = await listenOddly(["say"], (socket, { id }) => {
    const text = textAnswer(id, "x".repeat(20_000));
    for (let at = 0; at < text.length; at += 1) socket.send(text[at] ?? "", { fin: at === text.length - 1 });
  });
  await using world = openTestConnections(webSocketServer(server.url));
  expect(await world.call("say")).toMatchObject({ kind: "succeeded", output: { text: "x".repeat(20_000) } });
});

test("a connection that is closed while it waits for the upgrade leaves nothing behind", async () => {
  await using server = await listenHttp(() => undefined);
  const world = openTestConnections(webSocketServer(server.url));
  const call = world.call("say");
  await expect.poll(() => server.connections()).toBe(1);
  await world[Symbol.asyncDispose]();
  expect(await call).toMatchObject({ kind: "failed", accepted: false });
  await expect.poll(() => server.connections()).toBe(0);
});

test("a frame that is no frame ends the connection and says so", async () => {
  await using server = await listenOddly(["say"], () => {
    server.requests[0]?.socket.write(Buffer.from("HTTP/1.1 500 What\r\n\r\n"));
  });
  await using world = openTestConnections(webSocketServer(server.url));
  expect(await world.call("say")).toMatchObject({
    kind: "unknown",
    error: { message: expect.stringContaining("it broke the WebSocket protocol (Invalid WebSocket frame") },
  });
});

test("more than 1 MiB of noise ends the connection", async () => {
  await using server = await listenOddly(["say"], (socket) => {
    for (let index = 0; index < 20; index += 1) socket.send("noise ".repeat(10_000));
  });
  await using world = openTestConnections(webSocketServer(server.url));
  expect(await world.call("say")).toMatchObject({
    kind: "unknown",
    error: { message: "the connection was lost: it sent more than 1 MiB that is no MCP message" },
  });
});

test("results of nearly 64 MiB are taken over a WebSocket, larger ones are refused, and what is far too large ends the connection", async () => {
  const sizes: Record<string, number> = { fits: 64 * 2 ** 20 - 100, large: 64 * 2 ** 20, huge: 129 * 2 ** 20 };
  await using server = await listenOddly(Object.keys(sizes), (socket, { id, tool }) => {
    socket.send(textAnswer(id, "x".repeat(sizes[tool] ?? 0)));
  });
  await using world = openTestConnections(webSocketServer(server.url));
  expect(await world.call("fits")).toMatchObject({ kind: "succeeded" });
  expect(await world.call("large")).toMatchObject({ kind: "failed", accepted: true, error: { kind: "output_invalid" } });
  expect(await world.call("huge")).toMatchObject({
    kind: "unknown",
    error: { message: "the connection was lost: it sent a message that is larger than what is taken" },
  });
});

test("a server that is gone without a farewell is noticed within 20 s, also by a call in flight", async () => {
  const clock = new ManualClock();
  await using server = await listenOddly(["silent", "say"], (socket, { id, tool }) => {
    if (tool === "say") socket.send(textAnswer(id, "here"));
  });
  await using world = openTestConnections(webSocketServer(server.url), { clock });
  expect(await world.call("say")).toMatchObject({ kind: "succeeded" });
  const call = world.call("silent", {}, { timeoutMs: 3_600_000 });
  // As long as it answers pings it may think as long as it likes.
  for (let round = 0; round < 20; round += 1) {
    const pinged = new Promise<void>((resolve) => server.sockets[0]?.once("ping", () => resolve()));
    clock.advance(5_000);
    await pinged;
    await turn(server.sockets[0]);
  }
  server.requests[0]?.socket.pause();
  clock.advance(20_000);
  expect(await call).toMatchObject({
    kind: "unknown",
    error: { message: "the connection was lost: nothing has come from it for 15 s, not even an answer to a ping" },
  });
  expect(await world.call("say")).toMatchObject({ kind: "succeeded" });
  expect(server.sockets).toHaveLength(2);
});

test("a call that cannot be handed over has not been accepted", async () => {
  await using server = await serveTools({ kind: "websocket" });
  await using world = openTestConnections(webSocketServer(server.url));
  expect(await world.call("echo")).toMatchObject({ kind: "succeeded" });
  await server[Symbol.asyncDispose]();
  await expect
    .poll(() => world.call("echo"))
    .toMatchObject({ kind: "failed", accepted: false, error: { kind: "connection", message: expect.stringContaining("ECONNREFUSED") } });
});

test("a call while the server is saying farewell has not been accepted, and says why", async () => {
  await using server = await listenOddly(["say"], (socket, { id }) => socket.send(textAnswer(id, "hi")));
  await using world = openTestConnections(webSocketServer(server.url));
  expect(await world.call("say")).toMatchObject({ kind: "succeeded" });
  server.sockets[0]?.close(1013, "come back later");
  // Its end of the connection stays open, so that the farewell takes its time.
  server.requests[0]?.socket.pause();
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, async (_, turns) => {
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return await world.call("say");
    }),
  );
  for (const outcome of outcomes) {
    if (outcome.kind === "succeeded") continue;
    expect(outcome.error.message).toContain("it has too much to do (code 1013): come back later");
  }
});

test("a server that stops tells the calls under way, and clients that are gone are noticed", async () => {
  await using server = await serveTools({ kind: "websocket" });
  const world = openTestConnections(webSocketServer(server.url));
  const call = world.call("hold");
  await expect.poll(() => server.held()).toBe(1);
  await world[Symbol.asyncDispose]();
  expect(await call).toMatchObject({ kind: "unknown", error: { kind: "connection" } });
  await expect.poll(() => server.stopped()).toBe(1);
});

test.each([
  ["a page of another origin", { origin: "https://evil.example" }, "/mcp", 403],
  ["another name of this machine", { host: "evil.example" }, "/mcp", 403],
  ["another path", {}, "/other", 404],
  ["a page of this machine", { origin: "http://localhost:3000" }, "/mcp", 101],
] as const)("%s that asks a server for a WebSocket gets %o", async (_, headers, path, status) => {
  await using server = await serveTools({ kind: "websocket" });
  const socket = new WebSocket(new URL(path, server.url), ["mcp"], { headers });
  const answered = await new Promise<number>((resolve) => {
    socket.once("unexpected-response", (__, response) => resolve(response.statusCode ?? 0));
    socket.once("open", () => resolve(101));
    socket.on("error", () => undefined);
  });
  expect(answered).toBe(status);
  socket.terminate();
});

test("what a client sends that is no message is answered as such, and what is too large ends its connection", async () => {
  await using server = await serveTools({ kind: "websocket" });
  const socket = new WebSocket(server.url, ["mcp"]);
  await new Promise((resolve) => socket.once("open", resolve));
  const answer = new Promise<string>((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString("utf8"))));
  socket.send("hello?");
  expect(JSON.parse(await answer)).toMatchObject({ id: null, error: { code: -32_700 } });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.send("x".repeat(11 * 2 ** 20));
  expect(await closed).toBe(1009);
});

/** Waits until what the server has sent so far has come to the other side: it answers only what it has read. */
async function turn(socket: WebSocket | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    socket?.once("pong", () => resolve());
    socket?.ping();
  });
}

/** As RFC 6455 wants it. */
function acceptKey(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** A server that is asked for an upgrade and answers in plain HTTP. */
async function listenHttp(
  handle: Parameters<typeof createServer>[1] & object,
): Promise<AsyncDisposable & { readonly url: string; connections(): Promise<number> }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    connections: async () => await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
