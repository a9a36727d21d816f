import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { type DatabaseInjectorOptions, databaseContextInjector } from "./database-injector.ts";

const CONFIG: DatabaseInjectorConfig = { kind: "database", tables: { orders: { kind: "tenant", columns: ["tenant_id", "id"] } } };
const META: Meta = { tenant: "acme", security: { userId: "ann", roles: ["clerk"], permissions: ["orders:read"] } };

const SCOPED = "SELECT id FROM ( SELECT orders.tenant_id, orders.id FROM public.orders WHERE orders.tenant_id = $1 ) AS orders";

const inject = async (params: JsonObject, meta: Meta = META, options?: DatabaseInjectorOptions): Promise<JsonObject> =>
  await databaseContextInjector(CONFIG, options).injectContext(params, meta);

test("it is asked about three tools only", () => {
  const injector = databaseContextInjector(CONFIG);
  expect(["database_query", "database_execute", "database_transaction"].every((name) => injector.supportsTool(name))).toBe(true);
  expect(["query", "list_tables", "DATABASE_QUERY", ""].some((name) => injector.supportsTool(name))).toBe(false);
});

test.each<[string, JsonObject, JsonObject]>([
  ["a query", { query: "SELECT id FROM orders" }, { query: SCOPED, params: ["acme"] }],
  ["a query under its other name", { sql: "SELECT id FROM orders", parameters: [] }, { sql: SCOPED, parameters: ["acme"] }],
  ["a query with values", { query: "SELECT $1::int", params: [5] }, { query: "SELECT CAST($1 AS int)", params: [5] }],
  ["a query that nothing is bound to", { query: "SELECT 1" }, { query: "SELECT 1" }],
  [
    "limits beside it",
    { query: "SELECT 1", limit: 5, readonly: true, cursor: null },
    { query: "SELECT 1", limit: 5, readonly: true, cursor: null },
  ],
  [
    "a list of statements",
    { statements: [{ query: "SELECT id FROM orders" }, { query: "DELETE FROM orders WHERE id = $1", params: [5] }] },
    {
      statements: [
        { query: SCOPED, params: ["acme"] },
        { query: "DELETE FROM public.orders WHERE orders.tenant_id = $2 AND id = $1", params: [5, "acme"] },
      ],
    },
  ],
  ["a tenant that the caller names", { query: "SELECT 1", tenant_id: "globex" }, { query: "SELECT 1", tenant_id: "acme" }],
])("it confines %s", async (_, given, expected) => {
  expect(await inject(given)).toEqual(expected);
});

test.each<[string, JsonObject]>([
  ["no text", {}],
  ["text that is none", { query: 5 }],
  ["both names", { query: "SELECT 1", sql: "SELECT 1" }],
  ["values by name", { query: "SELECT 1", params: { id: 1 } }],
  ["both lists of values", { query: "SELECT 1", params: [], values: [] }],
  ["a query beside statements", { query: "SELECT 1", statements: [{ query: "SELECT 1" }] }],
  ["no statements", { statements: [] }],
  ["statements that are no list", { statements: "SELECT 1" }],
  ["a statement that is only text", { statements: ["SELECT 1"] }],
  ["too many statements", { statements: Array.from({ length: 101 }, () => ({ query: "SELECT 1" })) }],
  ["something else that could be SQL", { query: "SELECT 1", script: "DROP TABLE orders" }],
  ["something else in a statement", { statements: [{ query: "SELECT 1", options: {} }] }],
  ["another database", { query: "SELECT 1", database: "globex" }],
])("it refuses %s", async (_, given) => {
  await expect(inject(given)).rejects.toMatchObject({ code: "input.invalid" });
});

test("one statement that is not allowed keeps all of them back", async () => {
  const statements = [{ query: "DELETE FROM orders" }, { query: "SELECT pg_sleep(1)" }];
  await expect(inject({ statements })).rejects.toMatchObject({ code: "access.denied" });
});

test("without a tenant it refuses everything", async () => {
  await expect(inject({ query: "SELECT 1" }, {})).rejects.toMatchObject({ code: "tenant.invalid" });
  await expect(inject({ query: "SELECT 1" }, { tenant: "" })).rejects.toMatchObject({ code: "tenant.invalid" });
});

test("it tells the server the tenant and who asks only where it is told to", async () => {
  expect(await inject({ query: "SELECT 1" }, META, { tenantArgument: true, securityContext: true })).toEqual({
    query: "SELECT 1",
    tenant_id: "acme",
    _security_context: { user_id: "ann", roles: ["clerk"], permissions: ["orders:read"] },
  });
});
