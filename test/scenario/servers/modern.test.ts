import { expect, test } from "vitest";
import { httpServer, openTestConnections, startListening, testServer } from "../../support/servers/test-connections.ts";
import type { ServerConfig } from "../../../src/model/server.ts";
import type { Elicitor } from "../../../src/ports/elicitation.ts";
import type { CallProgress } from "../../../src/ports/tool-caller.ts";

const OVER = ["stdio", "http"] as const;

test.each(OVER)("over %s the metadata of a call arrives unchanged", async (over) => {
  await using server = await modernServer(over);
  await using world = openTestConnections(server.config);
  const meta = { traceparent: "00-1-2-01", "dev.tutti/idempotency-key": "k" };
  expect(await world.call("meta", {}, { meta })).toEqual({ kind: "succeeded", output: expect.objectContaining(meta) });
});

test.each(OVER)("over %s a question is put to a person, and the call goes on with the answer", async (over) => {
  await using server = await modernServer(over);
  const asked: unknown[] = [];
  const ask: Elicitor["ask"] = async (question) => {
    asked.push(question);
    return { action: "accept", content: { name: "Ada" } };
  };
  await using world = openTestConnections(server.config, { elicitor: { ask } });
  expect(await world.call("ask")).toEqual({ kind: "succeeded", output: { text: "hello Ada" } });
  expect(asked).toEqual([expect.objectContaining({ server: "s", message: "What is your name?" })]);
});

test.each(OVER)("over %s a call fails clearly when nobody can be asked", async (over) => {
  await using server = await modernServer(over);
  await using world = openTestConnections(server.config);
  expect(await world.call("ask")).toMatchObject({
    kind: "failed",
    error: { kind: "tool_error", message: 'the server wanted to ask "What is your name?", and nobody could be asked' },
  });
});

test.each(OVER)("over %s progress is passed on", async (over) => {
  await using server = await modernServer(over);
  await using world = openTestConnections(server.config);
  const progress: CallProgress[] = [];
  expect(await world.call("progress", {}, { progress: (one) => void progress.push(one) })).toMatchObject({ kind: "succeeded" });
  expect(progress).toEqual([{ progress: 1, total: 2 }]);
});

test.each(OVER)("over %s a call that takes too long is given up, and the server is told to stop", async (over) => {
  await using server = await modernServer(over);
  await using world = openTestConnections(server.config);
  expect(await world.call("wait", {}, { timeoutMs: 200 })).toMatchObject({ kind: "unknown", error: { kind: "timeout" } });
  expect(await world.call("meta")).toMatchObject({ kind: "succeeded" });
  await expect.poll(() => world.log.map(({ text }) => text).join("\n") + server.stderr()).toContain("told to stop");
});

test.each(OVER)("over %s a change of the tools is followed", async (over) => {
  await using server = await modernServer(over);
  await using world = openTestConnections(server.config);
  const changed = Promise.withResolvers<string>();
  using _listener = world.connections.onToolsChanged(changed.resolve);
  const before = await world.connections.tools("s", world.signal);
  await world.call("grow");
  expect(await changed.promise).toBe("s");
  expect((await world.connections.tools("s", world.signal)).length).toBe(before.length + 1);
});

test.each(OVER)("over %s a tool gets the arguments that it wants as headers", async (over) => {
  await using server = await modernServer(over);
  await using world = openTestConnections(server.config);
  expect(await world.call("in_region", { region: "eu" })).toEqual({ kind: "succeeded", output: { text: "in eu" } });
});

test("odd tools and odd results of a server of the newer era leave the others usable", async () => {
  await using world = openTestConnections(testServer("modern-odd.ts"));
  expect((await world.connections.tools("s", world.signal)).map(({ name }) => name)).toEqual(["good", "odd", "bare"]);
  expect(await world.call("odd")).toMatchObject({ kind: "failed", accepted: true, error: { kind: "server_error" } });
  expect(await world.call("bare")).toMatchObject({ kind: "failed", accepted: true, error: { kind: "server_error" } });
  expect(await world.call("good")).toEqual({ kind: "succeeded", output: { text: "fine" } });
});

interface ModernServer extends AsyncDisposable {
  readonly config: ServerConfig;
  stderr(): string;
}

async function modernServer(over: (typeof OVER)[number]): Promise<ModernServer> {
  if (over === "stdio") return { config: testServer("modern.ts"), stderr: () => "", async [Symbol.asyncDispose]() {} };
  const listening = await startListening("modern.ts", ["http"]);
  return {
    config: httpServer(listening.url),
    stderr: () => listening.stderr(),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}
