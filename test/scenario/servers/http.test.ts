import { getRequestListener } from "@hono/node-server";
import { expect, test } from "vitest";
import { httpServer, openTestConnections, startListening } from "../../support/servers/test-connections.ts";

test("a session that the server has lost is opened again, and the call is sent once more", async () => {
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  expect(await world.call("forget")).toEqual({ kind: "succeeded", output: { text: "forgotten" } });
  expect(await world.call("echo")).toEqual({ kind: "succeeded", output: { text: "echo 1" } });
});

test("429 was not accepted, and says when to come back", async () => {
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  expect(await world.call("busy")).toMatchObject({
    kind: "failed",
    accepted: false,
    retryAfterMs: 7_000,
    error: { kind: "rate_limit", message: "the server answered HTTP 429: slow down", detail: { http_status: 429 } },
  });
  expect(await world.call("busy")).toMatchObject({ kind: "succeeded" });
});

test("503 with Retry-After was not accepted, any other 5xx may have been", async () => {
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  expect(await world.call("unavailable")).toMatchObject({
    kind: "failed",
    accepted: false,
    retryAfterMs: 1_000,
    error: { kind: "server_error" },
  });
  expect(await world.call("broken")).toMatchObject({
    kind: "failed",
    accepted: true,
    error: { kind: "server_error", message: "the server answered HTTP 500: Internal Server Error" },
  });
});

test.each(["cut_stream", "cut_body", "accepted", "other_id"])(
  "a response that does not bring the answer (%s) ends the call at once",
  async (tool) => {
    await using listening = await startListening("http-odd.ts");
    await using world = openTestConnections(httpServer(listening.url));
    expect(await world.call(tool)).toMatchObject({ kind: "unknown", error: { kind: "connection" } });
    expect(await world.call("echo")).toMatchObject({ kind: "succeeded" });
  },
);

test("a stream that the server ends before the answer is taken up again", async () => {
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  expect(await world.call("polled")).toEqual({ kind: "succeeded", output: { text: "after a while" } });
});

test("a server that is killed ends the calls in flight at once, and those that come later are not accepted", async () => {
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  const call = world.call("silent");
  await expect.poll(() => listening.stderr()).toContain("silent");
  listening.process.kill("SIGKILL");
  expect(await call).toMatchObject({ kind: "unknown", error: { kind: "connection" } });
  // The very next one may still go out on a socket of which the end has not been heard.
  await expect.poll(() => world.call("echo")).toMatchObject({ kind: "failed", accepted: false, error: { kind: "connection" } });
});

test("a call over HTTP that takes too long is unknown", async () => {
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  expect(await world.call("silent", {}, { timeoutMs: 200 })).toMatchObject({ kind: "unknown", error: { kind: "timeout" } });
  expect(await world.call("echo")).toMatchObject({ kind: "succeeded" });
});

test.each(["big", "big_event"])("results of nearly 64 MiB are taken over HTTP, larger ones are refused (%s)", async (tool) => {
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  expect(await world.call(tool, { bytes: 64 * 2 ** 20 - 100 })).toMatchObject({ kind: "succeeded" });
  expect(await world.call(tool, { bytes: 64 * 2 ** 20 })).toMatchObject({
    kind: "failed",
    accepted: true,
    error: { kind: "output_invalid" },
  });
  expect(await world.call(tool, { bytes: 130 * 2 ** 20 })).toMatchObject({
    kind: "failed",
    accepted: true,
    error: { kind: "output_invalid" },
  });
  expect(await world.call("echo")).toMatchObject({ kind: "succeeded" });
});

test("a session that the server has lost while its tools were listed is opened again, too", async () => {
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  await world.call("forget");
  expect(await world.connections.check("s", world.signal)).toMatchObject({ server: "s", toolCount: 13 });
});

test("a server that does not listen is unavailable", async () => {
  await using world = openTestConnections(httpServer("http://127.0.0.1:1/mcp"));
  await expect(world.connections.check("s", world.signal)).rejects.toMatchObject({
    code: "server.unavailable",
    message: expect.stringMatching(/^server "s" is not available: it cannot be reached: .*ECONNREFUSED/),
  });
});

test("answers are read in a program in which a web server has put a Response of its own in the place of the usual one", async () => {
  const { Request: usualRequest, Response: usual } = globalThis;
  using _restore = { [Symbol.dispose]: () => void Object.assign(globalThis, { Request: usualRequest, Response: usual }) };
  getRequestListener(() => new Response(""));
  expect(globalThis.Response).not.toBe(usual);
  await using listening = await startListening("http-odd.ts");
  await using world = openTestConnections(httpServer(listening.url));
  expect(await world.call("echo")).toMatchObject({ kind: "succeeded" });
});
