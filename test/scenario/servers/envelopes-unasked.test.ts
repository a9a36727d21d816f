import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { Client, isSpecType, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, test } from "vitest";
import { openTestConnections, startListening, testServer } from "../../support/servers/test-connections.ts";

const WAYS = (["stdio", "http"] as const).flatMap((over) => (["legacy", "modern"] as const).map((era) => ({ over, era })));

test.each(WAYS)("over $over a $era client that has never heard of envelopes finds a server like any other", async (way) => {
  await using world = await openStandardClient(way);
  const { client } = world;
  expect(client.getProtocolEra()).toBe(way.era);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["arrived", "tenant", "partial", "refuse", "wait", "list"]);
  expect(tools.every((tool) => isSpecType.Tool(tool))).toBe(true);
  expect(tools[1]).toMatchObject({
    description: expect.any(String),
    inputSchema: { type: "object", properties: { turns: { type: "integer", default: 5 } } },
    outputSchema: { type: "object", required: ["seen"] },
  });

  const arrived = await client.callTool({ name: "arrived", arguments: { a: 1 } });
  expect(isSpecType.CallToolResult(arrived)).toBe(true);
  expect(arrived).toMatchObject({ structuredContent: { parameters: { a: 1 }, idempotency_key: null } });
  expect(arrived.content).toEqual([{ type: "text", text: JSON.stringify(arrived.structuredContent) }]);

  expect(await client.callTool({ name: "tenant", arguments: {} })).toMatchObject({
    isError: true,
    content: [{ type: "text", text: "No tenant in context" }],
  });
  expect(await client.callTool({ name: "refuse", arguments: { how: "bug" } })).toMatchObject({
    isError: true,
    content: [{ type: "text", text: "the tool failed; the log of its server says why" }],
  });
  const part = await client.callTool({ name: "partial", arguments: {} });
  expect(part).toMatchObject({
    structuredContent: { sent: 2 },
    content: [{}, { text: "This is only a part of the result: one mailbox is full" }],
  });
  expect(part.isError).toBeUndefined();
  const meta = { tenant: "acme", security: { user_id: "ada", roles: ["admin"] } };
  const answered = await client.callTool({ name: "partial", arguments: {}, _meta: { "dev.tutti/envelope": { meta } } });
  expect(answered._meta?.["dev.tutti/envelope"]).toMatchObject({
    meta: { tenant: "acme", request_id: expect.any(String), duration: expect.any(Number) },
    metadata: { row_count: 2 },
    error: { type: "External", code: "MAILBOX_FULL" },
  });
  expect(JSON.stringify(answered)).not.toMatch(/"ada"|user_id|admin/);
  await expect(client.callTool({ name: "nobody", arguments: {} })).rejects.toMatchObject({ code: -32_602 });
});

test("a page in a browser and a name that only looks like this machine are turned away, and so is what is too large", async () => {
  await using server = await startListening("shows-envelope.ts", ["http"]);
  const { port } = new URL(server.url);
  const USUAL = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const ask = async (headers: Readonly<Record<string, string>>, path = "/mcp", body = "{}"): Promise<number> =>
    await new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, path, method: "POST", headers: { ...USUAL, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  expect(await ask({ host: `evil.example:${port}` })).toBe(403);
  expect(await ask({ origin: "https://evil.example" })).toBe(403);
  expect(await ask({ origin: "null" })).toBe(403);
  expect(await ask({}, "/other")).toBe(404);
  expect(await ask({ origin: `http://localhost:${port}` }, "/mcp", "{")).toBe(400);
  expect(await ask({ "content-type": "text/plain" })).toBe(415);
  expect(await ask({}, "/mcp", JSON.stringify({ big: "x".repeat(11 * 2 ** 20) }))).toBe(413);
  const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  expect(await ask({}, "/mcp", ping)).toBe(200);
});

test.each([
  ["huge", { kind: "succeeded", output: { name: "huge" } }],
  ["deep", { kind: "succeeded", output: { name: "deep" } }],
  ["text", { kind: "succeeded", output: { name: "text" } }],
  ["bare", { kind: "succeeded", output: { name: "bare" } }],
  ["wrong_types", { kind: "succeeded", output: { name: "wrong_types" } }],
  ["wrong_error", { kind: "succeeded", output: { name: "wrong_error" } }],
  ["admin", { kind: "succeeded", output: { name: "admin" }, answer: { meta: { duration: 1 } } }],
  [
    "only_error",
    {
      kind: "succeeded",
      output: { name: "only_error" },
      answer: { meta: {}, error: { type: "External", code: "LATE", message: "not yet" } },
    },
  ],
  ["unstructured", { kind: "succeeded", output: { text: "about unstructured" }, answer: { meta: { duration: 2 } } }],
] as const)("an answer with an envelope that is %s is taken for what it is", async (tool, outcome) => {
  await using world = openTestConnections(testServer("odd-envelopes.ts"));
  expect(await world.connections.facts("s", world.signal)).toMatchObject({ envelopes: true });
  const meta = { "dev.tutti/envelope": { meta: { tenant: "acme" } } };
  expect(await world.call(tool, {}, { meta })).toEqual(outcome);
  const ignored = world.log.filter(({ text }) => text.startsWith("the envelope of its answer is ignored: "));
  expect(ignored.length).toBe("answer" in outcome ? 0 : 1);
});

test("an answer for another tenant never arrives, and a failure without an error in its envelope is one all the same", async () => {
  await using world = openTestConnections(testServer("odd-envelopes.ts"));
  const meta = { "dev.tutti/context": { tenant: "acme" } };
  expect(await world.call("other_tenant", {}, { meta })).toEqual({
    kind: "failed",
    accepted: true,
    error: {
      kind: "output_invalid",
      message: 'the server answered for another tenant ("globex") than it was asked for',
      server: "s",
      tool: "other_tenant",
    },
  });
  expect(await world.call("no_error", {}, { meta })).toMatchObject({
    kind: "failed",
    error: { kind: "tool_error", message: "about no_error" },
  });
});

async function openStandardClient({ over, era }: (typeof WAYS)[number]): Promise<AsyncDisposable & { readonly client: Client }> {
  const client = new Client(
    { name: "somebody", version: "1.0.0" },
    { versionNegotiation: { mode: era === "legacy" ? "legacy" : { pin: "2026-07-28" } } },
  );
  if (over === "stdio") {
    const path = fileURLToPath(new URL("../../support/servers/shows-envelope.ts", import.meta.url));
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [path], stderr: "ignore" }));
    return { client, [Symbol.asyncDispose]: async () => await client.close() };
  }
  const listening = await startListening("shows-envelope.ts", ["http"]);
  await client.connect(new StreamableHTTPClientTransport(new URL(listening.url)));
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await listening[Symbol.asyncDispose]();
    },
  };
}
