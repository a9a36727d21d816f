import { expect, test } from "vitest";
import { approveExecution } from "../../../src/contract/approve-execution.ts";
import { documentOf } from "../../support/mcp-documents.ts";
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

test("a hundred clients watch one execution, in both eras, and each hears how it goes on", async () => {
  await using world = await mcpWorld();
  const clients = await Promise.all(
    Array.from({ length: 100 }, async (_, place) => await world.connect({ over: "websocket", era: place % 2 === 0 ? "legacy" : "modern" })),
  );
  const [first] = clients;
  if (first === undefined) throw new Error("nobody came");
  await documentOf(first, "create_workflow", { workflow_id: "ask", steps: [{ id: "agree", approval: { message: "Go on?" } }] });
  const { execution_id: id } = await documentOf(first, "execute_workflow", { workflow_id: "ask" });
  const uri = `tutti://executions/${String(id)}`;
  const heard = await Promise.all(
    clients.map(async (client) => {
      const told = Promise.withResolvers<string>();
      client.setNotificationHandler("notifications/resources/updated", ({ params }) => told.resolve(params.uri));
      if (client.getProtocolEra() === "legacy") await client.subscribeResource({ uri });
      else await client.listen({ resourceSubscriptions: [uri] });
      return { told: told.promise };
    }),
  );
  const { signal } = new AbortController();
  await world.owner.operations.call(approveExecution, { executionId: String(id), approved: true }, { signal });
  expect(new Set(await Promise.all(heard.map(async ({ told }) => await told)))).toEqual(new Set([uri]));
  const seen = await Promise.all(
    clients.map(async (client) => (await documentOf(client, "get_workflow_status", { execution_id: id }))["status"]),
  );
  expect(new Set(seen)).toEqual(new Set(["completed"]));
  await Promise.all(clients.map(async (client) => await client.close()));
  expect(world.faults).toEqual([]);
});
