import { expect, test } from "vitest";
import { openTestConnections, testServer } from "../../support/servers/test-connections.ts";

test("a server that dies at its start is unavailable, with its last words", async () => {
  await using world = openTestConnections(testServer("dies.ts", ["at-start"]));
  await expect(world.connections.tools("s", world.signal)).rejects.toMatchObject({
    code: "server.unavailable",
    message: 'server "s" is not available: its process ended with exit code 3; its last words: Error: DATABASE_URL is not set',
    details: { server: "s", stderr: ["reading configuration", "Error: DATABASE_URL is not set"] },
  });
  expect(await world.call("die")).toMatchObject({
    kind: "failed",
    accepted: false,
    error: { kind: "connection", detail: { stderr: ["reading configuration", "Error: DATABASE_URL is not set"] } },
  });
});

test("after failed starts the next is put off, and says until when", async () => {
  await using world = openTestConnections(testServer("dies.ts", ["at-start"]));
  for (let start = 0; start < 3; start += 1) await world.call("die");
  expect(await world.call("die")).toMatchObject({ kind: "failed", accepted: false, retryAfterMs: expect.any(Number) });
});

test.each([
  [{ kind: "stdio", command: "no-such-program-anywhere", args: [], env: {} }, 'there is no program "no-such-program-anywhere"'],
  [{ kind: "stdio", command: process.execPath, args: [], env: {}, cwd: "/no/such/place" }, 'the directory "/no/such/place" does not exist'],
] as const)("a server that cannot be started says why (%#)", async (connection, why) => {
  await using world = openTestConnections(testServer("echo.ts", [], { connection }));
  await expect(world.connections.tools("s", world.signal)).rejects.toThrow(`server "s" is not available: ${why}`);
});

test("a server that dies in the middle of a call leaves its end unknown at once, and is started again for the next", async () => {
  await using world = openTestConnections(testServer("dies.ts"));
  await world.connections.tools("s", world.signal);
  const startMs = performance.now();
  expect(await world.call("die")).toEqual({
    kind: "unknown",
    error: {
      kind: "connection",
      message: "the connection was lost: its process ended with exit code 7; its last words: Error: out of cheese",
      detail: { exit_code: 7, signal: null, stderr: ["Error: out of cheese"] },
      server: "s",
      tool: "die",
    },
  });
  expect(performance.now() - startMs).toBeLessThan(2_000);
  expect(await world.call("live")).toEqual({ kind: "succeeded", output: { text: "fine" } });
});

test("all calls in flight end when a server is killed", async () => {
  await using world = openTestConnections(testServer("dies.ts"));
  await world.connections.tools("s", world.signal);
  const outcomes = await Promise.all([world.call("die"), world.call("die"), world.call("die_by_signal")]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["unknown", "unknown", "unknown"]);
});

test("an answer that a server wrote just before it died counts", async () => {
  await using world = openTestConnections(testServer("dies.ts"));
  expect(await world.call("answer_and_die")).toEqual({ kind: "succeeded", output: { text: "fine".repeat(20_000) } });
});

test("a call that takes too long is unknown, and the server is told to stop", async () => {
  await using world = openTestConnections(testServer("never-answers.ts"));
  expect(await world.call("wait", {}, { timeoutMs: 200 })).toEqual({
    kind: "unknown",
    error: { kind: "timeout", message: "no answer within 200 ms; the server was told to stop", server: "s", tool: "wait" },
  });
  expect(await world.call("told")).toEqual({ kind: "succeeded", output: { told: 1 } });
});

test("a call that is cancelled resolves soon, also when the server ignores it", async () => {
  await using world = openTestConnections(testServer("never-answers.ts"));
  const cancel = new AbortController();
  const outcome = await world.call("wait", {}, { signal: cancel.signal, sent: () => queueMicrotask(() => cancel.abort()) });
  expect(outcome).toMatchObject({ kind: "unknown", error: { kind: "cancelled" } });
  expect(await world.call("told")).toEqual({ kind: "succeeded", output: { told: 1 } });
});

test("a call that is cancelled before it is sent has not been accepted", async () => {
  await using world = openTestConnections(testServer("starts-oddly.ts", ["slow", "5000"]));
  const cancel = new AbortController();
  const call = world.call("greet", {}, { signal: cancel.signal });
  cancel.abort();
  expect(await call).toMatchObject({ kind: "failed", accepted: false, error: { kind: "cancelled" } });
});

test("what is asked for after the connections are closed is refused, and what is in flight ends", async () => {
  const world = openTestConnections(testServer("never-answers.ts"));
  const sent = Promise.withResolvers<void>();
  const inFlight = world.call("wait", {}, { sent: sent.resolve });
  await sent.promise;
  await world[Symbol.asyncDispose]();
  expect(await inFlight).toMatchObject({ kind: "unknown", error: { kind: "connection" } });
  expect(await world.call("wait")).toMatchObject({ kind: "failed", accepted: false, error: { kind: "connection" } });
});

test("a server that never gets ready fails after its time, and is not there any more", async () => {
  await using world = openTestConnections(testServer("starts-oddly.ts", ["mute"], { connectTimeoutMs: 3_000 }));
  await expect(world.connections.tools("s", world.signal)).rejects.toThrow("it was not ready within 3.0 s");
});
