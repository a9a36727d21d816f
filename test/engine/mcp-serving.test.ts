/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { OperationCaller } from "../../src/contract/operation-caller.ts";
import { SERVING_LIMITS } from "../../src/mcp-server/serving.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { documentOf } from "../support/mcp-documents.ts";
import { mcpWorld } from "../support/mcp-world.ts";
import type { McpWorld } from "../support/mcp-world.ts";

const KEYS = { ada: { tenant: "acme" }, eve: { tenant: "globex" } };

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "0" } },
};
const LIST = { jsonrpc: "2.0", id: 2, method: "tools/list" };

test("a session answers whoever has opened it, and is not there for anybody else", async () => {
  await using world = await mcpWorld({ keys: KEYS });
  const session = await openSession(world, "ada");
  const asked = async (key: string, id: string): Promise<number> =>
    (await world.post(LIST, { authorization: `Bearer ${key}`, "mcp-session-id": id })).status;
  expect([await asked("ada", session), await asked("eve", session), await asked("nobody", session)]).toEqual([200, 404, 401]);
  expect(await asked("ada", "0193f2c7-0000-4000-8000-000000000000")).toBe(404);
  expect((await world.post(LIST, { authorization: "Bearer ada" })).status).toBe(400);
  const ending = await fetch(world.url, { method: "DELETE", headers: { authorization: "Bearer ada", "mcp-session-id": session } });
  expect([ending.status, await asked("ada", session)]).toEqual([200, 404]);
  expect(world.surface.clients.sessions).toBe(0);
});

test("whoever shows no credential is told how to, over HTTP and over WebSocket", async () => {
  await using world = await mcpWorld({ keys: KEYS });
  const response = await world.post(INITIALIZE);
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="tutti"']);
  expect(await response.json()).toMatchObject({ jsonrpc: "2.0", error: { code: -31_401 } });
  await expect(world.connect({ over: "websocket" })).rejects.toThrow("401");
  await expect(world.connect({ over: "websocket", key: "mallory" })).rejects.toThrow("401");
  await using client = await world.connect({ over: "websocket", key: "ada" });
  expect((await client.listTools()).tools).toHaveLength(14);
});

test("a browser's WebSocket shows its credential as a protocol, and a page of elsewhere opens none", async () => {
  await using world = await mcpWorld({ keys: KEYS });
  const bearer = `bearer.${Buffer.from("ada").toString("base64url")}`;
  const opened = async (protocols: readonly string[], headers: Readonly<Record<string, string>>): Promise<string> => {
    const socket = new WebSocket(world.socketUrl, [...protocols], { headers: { ...headers } });
    const told = Promise.withResolvers<string>();
    socket.once("open", () => told.resolve(socket.protocol));
    socket.once("error", (error) => told.resolve(error.message));
    const result = await told.promise;
    socket.terminate();
    return result;
  };
  expect(await opened(["mcp", bearer], {})).toBe("mcp");
  expect(await opened(["mcp"], { "x-api-key": "ada" })).toBe("mcp");
  expect(await opened(["mcp", bearer], { origin: "https://evil.example" })).toContain("403");
  expect(await opened(["mcp", bearer], { host: "evil.example" })).toContain("403");
});

test("each tenant has its own workflows, tools and resources", async () => {
  await using world = await mcpWorld({ keys: KEYS });
  for (const [over, era] of [
    ["http", "legacy"],
    ["http", "modern"],
    ["websocket", "modern"],
  ] as const) {
    await using ada = await world.connect({ over, era, key: "ada" });
    await using eve = await world.connect({ over, era, key: "eve" });
    const id = `of-ada-${over}-${era}`;
    await documentOf(ada, "create_workflow", { workflow_id: id, expose: true, steps: [{ id: "a", value: 1 }] });
    expect((await ada.listTools()).tools.map(({ name }) => name)).toContain(id);
    expect((await eve.listTools()).tools).toHaveLength(14);
    await expect(eve.callTool({ name: id, arguments: {} })).rejects.toMatchObject({ code: -32_602 });
    const uri = `tutti://workflows/${id}`;
    expect((await ada.listResources()).resources.map((resource) => resource.uri)).toContain(uri);
    expect((await eve.listResources()).resources).toEqual([]);
    expect((await ada.readResource({ uri })).contents).toHaveLength(1);
    await expect(eve.readResource({ uri })).rejects.toThrow("not found");
  }
  expect(world.faults).toEqual([]);
});

test("a stream that broke is taken up where it was, and another session gets nothing of it", async () => {
  await using world = await mcpWorld();
  const session = await openSession(world);
  const other = await openSession(world);
  const response = await world.post(LIST, { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" });
  const [id = ""] = /(?<=id: ).+/.exec(await response.text()) ?? [];
  const replayed = async (of: string): Promise<string> => {
    const headers = { accept: "text/event-stream", "mcp-session-id": of, "last-event-id": id, "mcp-protocol-version": "2025-11-25" };
    return await (await fetch(world.url, { headers })).text();
  };
  expect(await replayed(session)).toContain('"create_workflow"');
  expect(await replayed(other)).toBe("");
});

test("a new session ends the one that was silent for longest, and none that is being used", async () => {
  await using world = await mcpWorld({ limits: { ...SERVING_LIMITS, sessionsMax: 3 } });
  const first = await openSession(world);
  const listening = await openSession(world);
  const stop = new AbortController();
  await fetch(world.url, { headers: { accept: "text/event-stream", "mcp-session-id": listening }, signal: stop.signal });
  await openSession(world);
  const status = async (id: string): Promise<number> => (await world.post(LIST, { "mcp-session-id": id })).status;
  expect(await status(first)).toBe(200);
  await openSession(world);
  await openSession(world);
  expect([await status(first), await status(listening), world.surface.clients.sessions]).toEqual([404, 200, 3]);
  stop.abort();
});

test.each([
  ["a body that is no JSON", "{", {}, 400],
  ["a body that is no message", "[1]", {}, 400],
  ["a body that is too large", `"${"x".repeat(4 * 2 ** 20)}"`, {}, 413],
  ["another content type", "{}", { "content-type": "text/plain" }, 415],
  ["a client that wants no streams", JSON.stringify(INITIALIZE), { accept: "text/html" }, 406],
])("%s is refused, and begins no session", async (_, body, headers, status) => {
  await using world = await mcpWorld();
  const response = await world.post(body, headers);
  expect(response.status).toBe(status);
  expect(world.surface.clients.sessions).toBe(0);
  expect(world.faults).toEqual([]);
});

test.each([
  { over: "http", era: "legacy" },
  { over: "http", era: "modern" },
  { over: "websocket", era: "legacy" },
  { over: "websocket", era: "modern" },
] as const)("over $over in the era $era closing lets a request that is being answered get its answer", async (way) => {
  const opened = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  await using world = await mcpWorld({
    gate: (gate) => ({
      ...gate,
      async admit(credential, signal) {
        const { operations, ...caller } = await gate.admit(credential, signal);
        const slow: OperationCaller = {
          ...operations,
          callByName: async (...call) => await operations.callByName(...call),
          async call(operation, ...rest) {
            if (operation.name === "create_workflow") {
              reached.resolve();
              await opened.promise;
            }
            return await operations.call(operation, ...rest);
          },
        };
        return { ...caller, operations: slow };
      },
    }),
  });
  const client = await world.connect(way);
  const created = documentOf(client, "create_workflow", { workflow_id: "w", steps: [] });
  await reached.promise;
  const closed = world.surface[Symbol.asyncDispose]();
  opened.resolve();
  expect(await created).toMatchObject({ status: "success" });
  await closed;
});

test("a credential that ends in the middle of a WebSocket ends what it may do", async () => {
  let ended = false;
  await using world = await mcpWorld({
    keys: KEYS,
    gate: (gate) => ({ ...gate, admit: async (credential, signal) => await gate.admit(ended ? "mallory" : credential, signal) }),
  });
  await using client = await world.connect({ over: "websocket", key: "ada" });
  expect((await client.listTools()).tools).toHaveLength(14);
  ended = true;
  await expect(client.callTool({ name: "list_workflows", arguments: {} })).rejects.toMatchObject({ code: -31_401 });
});

test("a session in which nobody asks anything ends after its time, and one in which somebody listens does not", async () => {
  const clock = new ManualClock();
  await using world = await mcpWorld({ clock });
  const silent = await openSession(world);
  const listening = await openSession(world);
  const stop = new AbortController();
  await fetch(world.url, { headers: { accept: "text/event-stream", "mcp-session-id": listening }, signal: stop.signal });
  clock.advance(SERVING_LIMITS.sessionIdleMs / 2);
  expect(world.surface.clients.sessions).toBe(2);
  clock.advance(SERVING_LIMITS.sessionIdleMs);
  expect((await world.post(LIST, { "mcp-session-id": silent })).status).toBe(404);
  expect((await world.post(LIST, { "mcp-session-id": listening })).status).toBe(200);
  stop.abort();
});

test("closing hangs up, and what comes after is told so", async () => {
  const world = await mcpWorld();
  await using _world = world;
  const client = await world.connect({ over: "websocket" });
  const closed = new Promise<void>((resolve) => (client.onclose = resolve));
  await openSession(world);
  await world.surface[Symbol.asyncDispose]();
  await closed;
  expect((await world.post(INITIALIZE)).status).toBe(503);
  expect(world.surface.clients).toEqual({ sockets: 0, sessions: 0 });
});

async function openSession(world: McpWorld, key?: string): Promise<string> {
  const response = await world.post(INITIALIZE, key === undefined ? {} : { authorization: `Bearer ${key}` });
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get("mcp-session-id") ?? "";
}
