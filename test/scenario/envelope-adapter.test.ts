import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Envelope } from "../../src/envelope/envelope.ts";
import type { JsonRpcRequest } from "../../src/envelope/payloads.ts";
import {
  consumeResponse,
  createDatabaseAdapter,
  createMultiServiceAdapter,
  currentContext,
  type DatabaseInjectorConfig,
  handleDatabaseRequest,
  type Json,
  openTutti,
  type ResponseLog,
  type StdioConnection,
} from "../../src/index.ts";
import { createDatabaseTools } from "../../src/server.ts";
import { serveTools } from "../support/servers/served-tools.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

function program(file: string): StdioConnection {
  const path = fileURLToPath(new URL(`../support/servers/${file}`, import.meta.url));
  return { kind: "stdio", command: process.execPath, args: [path], env: {} };
}

const tables: DatabaseInjectorConfig["tables"] = {
  orders: { kind: "tenant", columns: ["tenant_id", "id", "item", "cents", "paid_at"] },
  products: { kind: "shared", columns: ["item", "price"] },
};

function request(tenant: string, query: string, id?: number): Envelope<JsonRpcRequest> {
  const asked = { jsonrpc: "2.0" as const, method: "tools/call", params: { query } };
  return { meta: { tenant }, data: id === undefined ? asked : { ...asked, id } };
}

test("an injector that would confine nothing opens nothing", async () => {
  const injector = { tables, securityFilters: { regoin: ["eu"] } };
  await expect(createDatabaseAdapter({ connection: program("database-server.ts"), injector })).rejects.toMatchObject({
    code: "config.invalid",
    message: expect.stringContaining('the injector of "database_service" is not right: security_filters.regoin: no table of tenants has'),
  });
  const config = { kind: "database" as const, ...injector };
  const database = { transaction: async () => await Promise.reject(new Error("nothing is asked")) };
  expect(() => createDatabaseTools({ database, config })).toThrow('no table of tenants has the column "regoin"');
});

test("an agent answers database requests, each with the rows of its own tenant", async () => {
  await using adapter = await createMultiServiceAdapter({
    services: {
      database: { connection: program("database-server.ts"), injector: { kind: "database", tables } },
      email: { connection: program("echo.ts"), injector: { kind: "email", senders: { acme: { from: "shop@acme.example" } } } },
      analytics: false,
    },
  });
  for (const tenant of ["acme", "globex"]) {
    const response = await handleDatabaseRequest(adapter, request(tenant, "SELECT DISTINCT tenant_id FROM orders WHERE id = 1 OR true", 7));
    expect(response).toMatchObject({ meta: { tenant }, data: { jsonrpc: "2.0", id: 7 } });
    expect(JSON.stringify(response.data?.result)).toContain(tenant);
    expect(JSON.stringify(response.data?.result)).not.toContain(tenant === "acme" ? "globex" : "acme");
  }
  await expect(handleDatabaseRequest(adapter, request("acme", "SELECT 1"))).rejects.toMatchObject({ code: "call.failed" });
  await expect(handleDatabaseRequest(adapter, request("acme", "SELECT * FROM pg_user", 8))).rejects.toMatchObject({
    code: "call.failed",
    details: { error: { type: expect.stringMatching(/Validation|Security/) } },
  });

  const mail = { tool: "echo", parameters: { to: "ann@acme.example", from: "chief@bank.example", subject: "Hi" } };
  const sent = await adapter.callTool("email", { meta: { tenant: "acme" }, data: mail });
  expect(sent.data?.result).toEqual({ to: "ann@acme.example", from: "shop@acme.example", subject: "Hi" });
  const failed = adapter.callTool("email", { meta: { tenant: "globex" }, data: mail });
  await expect(failed).rejects.toMatchObject({ details: { kind: "denied", error: { type: "Security" } } });
});

async function ordersOf(tenant: string, log: ResponseLog): Promise<Json> {
  await using adapter = await createDatabaseAdapter({ connection: program("database-server.ts"), injector: { tables } });
  const response = adapter.callTool("database_service", {
    meta: { tenant, errorPolicy: { mode: "best_effort", retry_count: 2 } },
    data: { tool: "database_query", parameters: { query: "SELECT id, item FROM orders ORDER BY id" } },
  });
  return await consumeResponse(response, log);
}

test("what the documentation shows does what it says", async () => {
  const orders = await ordersOf("acme", { warn: () => undefined });
  expect(orders).toMatchObject(Array.from({ length: 10 }, (_, index) => ({ id: index + 1, item: "pen" })));
});

test("the database adapter has one service, and what consumes it is told of what is not whole", async () => {
  await using adapter = await createDatabaseAdapter({ connection: program("database-server.ts"), injector: { tables } });
  expect(adapter.service("database_service")?.tools.map(({ name }) => name)).toContain("database_query");
  const warnings: string[] = [];
  const log = { warn: (message: string): void => void warnings.push(message) };
  const query = (text: string): Parameters<typeof adapter.callTool>[1] => ({
    meta: { tenant: "acme", errorPolicy: { mode: "allow_partial", fallback_enabled: true } },
    data: { tool: "database_query", parameters: { query: text } },
  });
  const rows = await consumeResponse(adapter.callTool("database_service", query("SELECT count(*) AS n FROM orders")), log);
  expect(JSON.stringify(rows)).toContain("10");
  expect(warnings).toEqual([]);
  expect(await consumeResponse(adapter.callTool("database_service", query("SELECT * FROM nowhere")), log)).toMatchObject({
    status: "partial",
    data: null,
    warning: expect.stringContaining("nowhere"),
  });
  expect(warnings.length).toBe(1);
  await expect(consumeResponse(adapter.callTool("nowhere", query("SELECT 1")), log)).rejects.toMatchObject({ code: "call.failed" });
});

test("a program changes the arguments of the calls of its workflows, whenever it wants to", async () => {
  using directory = temporaryDirectory();
  const server = { name: "echo", connection: program("echo.ts"), honoursIdempotencyKey: false, effects: {}, requires: {} };
  await using tutti = await openTutti({
    dataDirectory: directory.path,
    servers: [server],
    access: { tenant: "acme", roles: {}, tenants: {} },
  });
  const workflow = "id: say\nsteps:\n  - { id: a, tool: echo.echo, with: { n: 1 } }\noutput: ${{ steps.a.output }}\n";
  const run = async (): Promise<Json | null | undefined> => (await tutti.wait((await tutti.execute({ workflow })).executionId)).output;
  expect(await run()).toEqual({ n: 1 });
  tutti.registerInjector("echo", {
    supportsTool: (name) => name === "echo",
    injectContext: async (params) => ({ ...params, of: currentContext()?.tenant ?? null }),
  });
  expect(await run()).toEqual({ n: 1, of: "acme" });
  expect(() => tutti.registerInjector("ecko", { supportsTool: () => true, injectContext: async (params) => params })).toThrow(/"ecko"/);
});

test("the service that is by example behind a WebSocket is called over one", async () => {
  await using server = await serveTools({ kind: "websocket" });
  const connection = { kind: "websocket", url: server.url, headers: {} } as const;
  const services = { database: false, email: false, analytics: { connection } } as const;
  await using adapter = await createMultiServiceAdapter({ services });
  const answer = await adapter.callTool("analytics", { meta: { tenant: "acme" }, data: { tool: "echo", parameters: { day: "monday" } } });
  expect(answer.data).toMatchObject({ result: { day: "monday" } });
});

test("a service whose example address is without TLS is refused with what would be right, and then there is no adapter", async () => {
  const services = { database: { connection: program("database-server.ts") }, email: { connection: program("echo.ts") } };
  await expect(createMultiServiceAdapter({ services })).rejects.toMatchObject({
    code: "server.unavailable",
    details: { server: "analytics" },
    message: expect.stringContaining("ws:// leaves this machine unencrypted (analytics:9090/mcp): use wss://"),
  });
  await expect(createMultiServiceAdapter({ services, insecure: true })).rejects.toMatchObject({
    message: expect.stringContaining("it cannot be reached: getaddrinfo"),
  });
});
