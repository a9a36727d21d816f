import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { expect, test } from "vitest";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { openDatabase } from "./open-database.ts";

/** A PostgreSQL of this process behind a real socket, and the server on it as a role that owns nothing. */
async function postgres(): Promise<{ readonly server: HeldServer; readonly database: PGlite } & AsyncDisposable> {
  const database = await PGlite.create();
  await database.exec("CREATE ROLE shop LOGIN");
  const socket = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port: 0, maxConnections: 8 });
  socket.addEventListener("error", () => undefined);
  await socket.start();
  const url = `postgres://shop:unused@${socket.getServerConn()}/postgres`;
  // One connection at a time, because there is one session behind the socket.
  const server = await hold(openDatabase({ DATABASE_URL: url, DATABASE_ADMIN_URL: url, CONNECTIONS_MAX: "1" }));
  await database.exec("SET ROLE shop");
  return {
    server,
    database,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await socket.stop();
      await database.close();
    },
  };
}

// In one test, because PostgreSQL takes seconds to start.
test(
  "on PostgreSQL the same tools work on the rows of the tenant, each statement confined and each change made once",
  { timeout: 120_000 },
  async () => {
    await using world = await postgres();
    const { server, database } = world;
    const globex = { tenant: "globex" };
    const query = async (text: string, params: unknown = [], beside = {}): Promise<Record<string, unknown>> =>
      await server.call("execute_query", { query: text, params }, beside);

    expect(await query("SELECT count(*) AS n, sum(total_cents) AS cents FROM orders")).toMatchObject({
      rows: [{ n: 1_006, cents: "5994400" }],
    });
    expect(await query("DELETE FROM orders WHERE id <= :last", { last: 6 })).toMatchObject({ changes: 6 });
    expect(await query("SELECT count(*) AS n FROM orders", [], globex)).toMatchObject({ rows: [{ n: 1_006 }] });

    const add = "INSERT INTO articles (title, category, content, source_urls) VALUES (:title, 'a', 'b', :urls) RETURNING id";
    const values = { title: "once", urls: ["https://a.example"] };
    const first = await query(add, values, { key: "k" });
    expect(first).toMatchObject({ changes: 1, inserted_id: 100_001, columns: ["id"] });
    expect(await query(add, values, { key: "k" })).toEqual(first);
    expect(await server.refusal("execute_query", { query: add, params: { ...values, title: "other" } }, { key: "k" })).toContain(
      "other arguments",
    );
    expect(await query("SELECT title, source_urls FROM articles")).toMatchObject({
      rows: [{ title: "once", source_urls: '["https://a.example"]' }],
    });
    expect(await query("SELECT * FROM articles", [], globex)).toMatchObject({ rows: [], row_count: 0 });
    expect(await server.call("execute_query", { query: "SELECT id FROM orders", max_rows: 3 })).toMatchObject({
      row_count: 3,
      truncated: true,
    });

    const times =
      "SELECT DATE '2026-01-01' AS day, TIMESTAMP '2026-01-01 00:00:00' AS local, TIMESTAMPTZ '2026-01-01 00:00:00+02' AS moment, ARRAY[DATE '2026-01-01'] AS days, 9007199254740993 AS big";
    expect(await query('SELECT o.id, u.id, 1 AS "__proto__" FROM orders o JOIN users u ON u.id = o.user_id WHERE o.id = 7')).toMatchObject({
      columns: ["id", "id:2", "__proto__:1"],
      rows: [{ id: 7, "id:2": expect.any(Number), "__proto__:1": 1 }],
    });
    // Whatever the zone of this process is.
    expect(await query(times)).toMatchObject({
      rows: [
        {
          day: "2026-01-01",
          local: "2026-01-01T00:00:00",
          moment: "2025-12-31T22:00:00.000Z",
          days: ["2026-01-01"],
          big: "9007199254740993",
        },
      ],
    });

    for (const text of [
      "SELECT * FROM tutti_answers",
      "SELECT * FROM public.tutti_tenants",
      "SELECT * FROM pg_class",
      "SELECT pg_sleep(10)",
      "SELECT set_config('app.tenant_id', 'globex', true)",
      "INSERT INTO articles (tenant_id, title, category, content) VALUES ('globex', 'a', 'b', 'c')",
      "UPDATE orders SET tenant_id = 'globex'",
      "SELECT 1; SELECT 2",
      "DROP TABLE orders",
      "COPY orders TO '/tmp/out'",
      "SET app.tenant_id = 'globex'",
      "SELECT 'a'::int",
      "SELECT $1::int",
    ]) {
      await server.refusal("execute_query", { query: text });
    }

    expect(await server.call("list_tables")).toMatchObject({
      tables: [{ name: "analytics" }, { name: "articles", columns: 11 }, {}, {}, {}, {}, {}],
    });
    expect(await server.call("get_table_schema", { table_name: "orders" })).toMatchObject({
      columns: [{ name: "tenant_id" }, { name: "id", type: "bigint", description: "Number of the row" }, {}, {}, {}, {}, {}, {}],
      primary_key: ["tenant_id", "id"],
      foreign_keys: [{ references_table: "products" }, { references_table: "users", columns: ["tenant_id", "user_id"] }],
      row_count: 1_000,
    });
    await server.refusal("get_table_schema", { table_name: "tutti_answers" });
    expect(await server.call("validate_query", { query: "SELECT * FROM orders WHERE id = $1" })).toEqual({ valid: true, kind: "select" });
    expect(await server.call("validate_query", { query: "SELECT * FROM pg_class" })).toMatchObject({ valid: false });
    const { plan } = await server.call<{ plan: { operation: string; table?: string; estimated_cost?: number }[] }>("get_query_plan", {
      query: "DELETE FROM orders WHERE id = $1",
      params: [1],
    });
    expect(plan.some(({ table, estimated_cost: cost }) => table === "orders" && cost !== undefined)).toBe(true);
    expect(await query("SELECT count(*) AS n FROM orders")).toMatchObject({ rows: [{ n: 1_000 }] });
    expect(await server.call("get_database_stats")).toMatchObject({ engine: "PostgreSQL" });
    expect(await server.call("get_server_status")).toMatchObject({ status: "healthy", facts: { engine: "postgresql" } });

    // The second wall: whoever is connected as this role sees no row without saying whose.
    expect((await database.query("SELECT * FROM orders")).rows).toEqual([]);
  },
);
