import { expect, test } from "vitest";
import { mcpWorld } from "../../support/mcp-world.ts";
import type { Connecting } from "../../support/mcp-world.ts";

const CLIENTS = 1_000;

test.each<readonly [string, Connecting, Connecting]>([
  ["WebSocket", { over: "websocket", era: "legacy" }, { over: "websocket", era: "modern" }],
  ["HTTP", { over: "http", era: "legacy" }, { over: "http", era: "modern" }],
])("over %s a thousand clients are connected at once, and each is answered", async (_, one, other) => {
  await using world = await mcpWorld();
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, place) => await world.connect(place % 2 === 0 ? one : other)),
  );
  const counts = await Promise.all(clients.map(async (client) => (await client.listTools()).tools.length));
  expect(new Set(counts)).toEqual(new Set([14]));
  const { sockets, sessions } = world.surface.clients;
  expect(sockets + sessions).toBe(one.over === "websocket" ? CLIENTS : CLIENTS / 2);
  await Promise.all(clients.map(async (client) => await client.close()));
  expect(world.faults).toEqual([]);
});
