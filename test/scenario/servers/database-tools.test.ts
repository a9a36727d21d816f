import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/base/json.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import { openTestConnections, type TestConnections, testServer } from "../../support/servers/test-connections.ts";

const TENANTS = ["acme", "globex", "initech"];

test("each of three tenants reads its own rows and what all share, whatever it asks for", async () => {
  await using world = openTestConnections(testServer("database-server.ts"));
  for (const tenant of TENANTS) {
    expect(await query(world, tenant, "SELECT tenant_id, count(*) AS n FROM orders GROUP BY tenant_id")).toMatchObject({
      kind: "succeeded",
      output: [{ tenant_id: tenant, n: 10 }],
      answer: { metadata: { tenant_id: tenant, row_count: 1 } },
    });
    expect(
      await query(
        world,
        tenant,
        "SELECT o.id, o.cents, p.price, o.paid_at FROM orders o JOIN products p USING (item) WHERE o.id = $1",
        [7],
      ),
    ).toMatchObject({
      output: [{ id: 7, cents: 9007199254740700, price: "1.50", paid_at: "2026-01-01T00:00:00.000Z" }],
    });
  }
  const reading = [
    "SELECT * FROM orders WHERE tenant_id = 'globex'",
    "SELECT * FROM orders WHERE id = 1 OR 1 = 1",
    "SELECT * FROM mails",
    "WITH all_orders AS (SELECT * FROM orders) SELECT * FROM all_orders",
    "SELECT (SELECT string_agg(address, ',') FROM mails) AS everybody",
    "SELECT * FROM orders a, orders b WHERE a.id = 1 AND b.id = 1",
    // The table is named as a shared one by mistake: the policy of the database is the second wall.
    "SELECT * FROM notes",
  ];
  for (const sql of reading) {
    const outcome = await query(world, "acme", sql);
    expect(outcome).toMatchObject({ kind: "succeeded" });
    expect(JSON.stringify(outcome)).not.toMatch(/globex|initech|theirs/);
  }
  expect(await query(world, "acme", "SELECT text FROM notes")).toMatchObject({ output: [{ text: "ours" }] });
});

test("what is not allowed and what goes wrong is answered with the reason, and never with what stands in a row", async () => {
  await using world = openTestConnections(testServer("database-server.ts"));
  for (const sql of [
    "SELECT 1; DROP TABLE orders",
    "DROP TABLE orders",
    "SELECT * FROM pg_catalog.pg_roles",
    "SELECT set_config('app.tenant_id', 'globex', false)",
    "SELECT pg_sleep(1)",
    "SET ROLE postgres",
    "SELECT * FROM orders FOR UPDATE; COMMIT",
    "nonsense",
  ]) {
    const outcome = await query(world, "acme", sql);
    expect([sql, outcome]).toMatchObject([
      sql,
      { kind: "failed", error: { kind: "tool_error", detail: { error: { type: expect.stringMatching(/^(Security|Validation)$/) } } } },
    ]);
  }
  expect(await query(world, "acme", "DELETE FROM orders")).toMatchObject({
    error: { message: "this tool takes select, and this is delete" },
  });
  expect(await query(world, "globex", "SELECT count(*) AS n FROM orders")).toMatchObject({ output: [{ n: 10 }] });
  const outcomes = [
    await execute(world, "acme", "INSERT INTO mails (id, address) VALUES (3, 'secret@globex.example')"),
    await query(world, "acme", "SELECT 1 / (id - 1) FROM orders"),
    await query(world, "acme", "SELECT item::int FROM orders"),
    await query(world, "acme", "SELECT no_such_column FROM orders"),
  ];
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ kind: "failed", error: { kind: "tool_error", detail: { error: { type: "Validation" } } } });
    expect(JSON.stringify(outcome)).not.toMatch(/secret@globex|"pen"|Key \(/);
  }
  expect(outcomes[0]).toMatchObject({
    error: { message: "there is a row with this key already", detail: { error: { code: "SQLSTATE_23505" } } },
  });
  expect(await query(world, "acme", "SELECT a.id FROM orders a, orders b")).toMatchObject({
    error: { message: expect.stringContaining("more than 50 rows") },
  });
  const tools = await world.connections.tools("s", world.signal);
  expect(tools.find(({ name }) => name === "database_query")).toMatchObject({
    description: "Execute tenant-scoped database queries",
    inputSchema: { type: "object", required: ["query"] },
    annotations: { readOnlyHint: true },
  });
  expect(await world.call("database_query", { query: "SELECT 1" })).toMatchObject({
    error: { message: "No tenant in context", detail: { error: { type: "TenantExtraction" } } },
  });
  expect(await world.call("database_query", { params: [] }, { meta: contextOf("acme") })).toMatchObject({
    error: { message: "Missing query parameter", detail: { error: { type: "Validation" } } },
  });
  expect(await world.call("database_query", { query: 5 }, { meta: contextOf("acme") })).toMatchObject({
    error: { message: expect.stringContaining("query: ") },
  });
});

test("a tenant changes its own rows and no others, and a transaction as a whole or not at all", async () => {
  await using world = openTestConnections(testServer("database-server.ts", [], { protocolEra: "legacy" }));
  expect(await execute(world, "acme", "UPDATE orders SET item = 'ink'")).toMatchObject({
    output: { affected_rows: 10 },
    answer: { metadata: { tenant_id: "acme", row_count: 10 } },
  });
  expect(
    await execute(world, "acme", "INSERT INTO orders (id, item, cents) VALUES ($1, 'ink', 5) RETURNING tenant_id, id", [11]),
  ).toMatchObject({
    output: { rows: [{ tenant_id: "acme", id: 11 }], affected_rows: 1 },
  });
  expect(await execute(world, "globex", "DELETE FROM orders WHERE id > 5")).toMatchObject({ output: { affected_rows: 5 } });
  await execute(world, "acme", "INSERT INTO orders (tenant_id, id, item, cents) VALUES ('globex', 99, 'ink', 5)");
  const left = await Promise.all(
    TENANTS.map(
      async (tenant) =>
        await query(world, tenant, "SELECT count(*) AS n, count(*) FILTER (WHERE item = 'ink') AS ink FROM orders WHERE id < 99"),
    ),
  );
  expect(left.map((outcome) => (outcome.kind === "succeeded" ? outcome.output : outcome))).toEqual([
    [{ n: 11, ink: 11 }],
    [{ n: 5, ink: 0 }],
    [{ n: 10, ink: 0 }],
  ]);
  expect(await query(world, "globex", "SELECT * FROM orders WHERE id = 99")).toMatchObject({ output: [] });

  const transact = async (...statements: readonly JsonObject[]): Promise<CallOutcome> =>
    await world.call("database_transaction", { statements }, { meta: contextOf("acme") });
  const both = [
    { query: "UPDATE orders SET cents = cents + $1 WHERE id = 1", params: [5] },
    { query: "SELECT cents FROM orders WHERE id = 1" },
  ];
  expect(await transact(...both)).toMatchObject({
    output: [{ affected_rows: 1 }, { rows: [{ cents: 9007199254740105 }] }],
    answer: { metadata: { row_count: 2 } },
  });
  expect(await transact(...both, { query: "UPDATE orders SET cents = -1 WHERE id = 2" })).toMatchObject({
    error: { message: "a value breaks a rule of the table", detail: { error: { type: "Validation", details: { sqlstate: "23514" } } } },
  });
  expect(await transact(...both, { query: "DROP TABLE orders" })).toMatchObject({ kind: "failed" });
  expect(await query(world, "acme", "SELECT cents FROM orders WHERE id = 1")).toMatchObject({ output: [{ cents: 9007199254740105 }] });
});

/** As Tutti tells servers that know nothing of envelopes. */
function contextOf(tenant: string): JsonObject {
  return { "dev.tutti/context": { tenant } };
}

async function query(world: TestConnections, tenant: string, sql: string, params: readonly Json[] = []): Promise<CallOutcome> {
  return await world.call("database_query", { query: sql, params }, { meta: contextOf(tenant) });
}

async function execute(world: TestConnections, tenant: string, sql: string, params: readonly Json[] = []): Promise<CallOutcome> {
  return await world.call("database_execute", { query: sql, params }, { meta: contextOf(tenant) });
}
