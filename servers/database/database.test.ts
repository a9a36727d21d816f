import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Beside, type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openDatabase } from "./open-database.ts";

type Answer = {
  readonly rows: readonly Record<string, unknown>[];
  readonly changes?: number;
  readonly inserted_id?: number;
  readonly truncated: boolean;
};

interface Rig extends AsyncDisposable {
  readonly server: HeldServer;
  readonly folder: string;
  query(query: string, params?: unknown, beside?: Beside): Promise<Answer>;
  refusal(query: string, params?: unknown, beside?: Beside): Promise<string>;
}

async function rig(settings: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const folder = temporaryDirectory();
  const server = await hold(openDatabase({ STATE_DIR: folder.path, ...settings }));
  const asked = (query: string, params: unknown): object => ({ query, ...(params === undefined ? {} : { params }) });
  return {
    server,
    folder: folder.path,
    query: async (query, params, beside) => await server.call<Answer>("execute_query", asked(query, params), beside),
    refusal: async (query, params, beside) => await server.refusal("execute_query", asked(query, params), beside),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const ADD = "INSERT INTO articles (title, category, content) VALUES (:title, 'technology', 'text')";
const ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

test("every tenant begins with the same year of orders, and changes only its own rows", async () => {
  await using world = await rig();
  const count = "SELECT count(*) AS n, count(DISTINCT substr(ordered_at, 1, 7)) AS months, sum(total_cents) AS cents FROM orders";
  const before = await world.query(count);
  expect(before.rows).toEqual([{ n: 1006, months: 12, cents: 5_994_400 }]);
  expect(await world.query("DELETE FROM orders WHERE id <= 6")).toMatchObject({ changes: 6, rows: [] });
  expect((await world.query(count, [], { tenant: "globex" })).rows).toEqual(before.rows);
  expect((await world.query("SELECT count(*) AS n FROM orders")).rows).toEqual([{ n: 1_000 }]);
  expect(readdirSync(join(world.folder, "tenants")).filter((name) => name.endsWith(".db"))).toHaveLength(2);
});

test("tenants with names that are no names of files are tenants like others", async () => {
  await using world = await rig();
  for (const tenant of ["acme", "ACME", "../acme", "__proto__", "x".repeat(64)]) {
    expect(await world.query(ADD, { title: tenant }, { tenant })).toMatchObject({ inserted_id: 1, changes: 1 });
  }
  expect(readdirSync(world.folder)).toEqual(["tenants"]);
});

test("values come by position, by number and by name, and stay what they are", async () => {
  await using world = await rig();
  const [row] = (
    await world.query("SELECT ? AS whole, ? / 2 AS half, ? AS text, ? AS list, ? AS yes", [5, 5, "a\u0000b ☃", [1, { b: 2 }], true])
  ).rows;
  expect(row).toEqual({ whole: 5, half: 2, text: "a\u0000b ☃", list: '[1,{"b":2}]', yes: 1 });
  expect((await world.query("SELECT $2 AS b, $1 AS a, $2 AS again", ["x", 1.5])).rows).toEqual([{ a: "x", b: 1.5, again: 1.5 }]);
  expect((await world.query("SELECT :a || @b || $c || '?:d' AS e -- :f", { a: "1", "@b": "2", c: "3" })).rows).toEqual([{ e: "123?:d" }]);
  for (const [query, params] of [
    ["SELECT ?", []],
    ["SELECT ?", [1, 2]],
    ["SELECT :a", {}],
    ["SELECT :a", { a: 1, b: 2 }],
    ["SELECT :a", [1]],
    ["SELECT ?", { a: 1 }],
    ["SELECT ?", ["half of a character: \ud800"]],
  ] as const) {
    expect(await world.refusal(query, params)).toMatch(/place|value/);
  }
});

test("what JSON cannot hold comes as text, and columns of one name are told apart", async () => {
  await using world = await rig();
  const { rows } = await world.query(
    "SELECT 1 AS a, 2 AS a, 9223372036854775807 AS big, x'00ff' AS bytes, 9e999 AS much, NULL AS none, 3 AS \"__proto__\"",
  );
  expect(rows).toEqual([{ a: 1, "a:2": 2, big: "9223372036854775807", bytes: "AP8=", much: "Infinity", none: null, "__proto__:1": 3 }]);
});

test("a change with a key is made once, whoever asks again; the key belongs to its arguments", async () => {
  await using world = await rig();
  const beside = { key: "k1" };
  const [first, same] = await Promise.all([world.query(ADD, { title: "a" }, beside), world.query(ADD, { title: "a" }, beside)]);
  expect(first).toMatchObject({ inserted_id: 1 });
  expect([same, await world.query(ADD, { title: "a" }, beside)]).toEqual([first, first]);
  expect(await world.refusal(ADD, { title: "b" }, beside)).toBe("this idempotency key belongs to a call with other arguments");
  expect(await world.query(ADD, { title: "a" }, { ...beside, tenant: "globex" })).toMatchObject({ inserted_id: 1 });
  // Two servers on one folder remember together.
  await using other = await hold(openDatabase({ STATE_DIR: world.folder }));
  expect(await other.call("execute_query", { query: ADD, params: { title: "a" } }, beside)).toEqual(first);
  expect((await world.query("SELECT count(*) AS n FROM articles")).rows).toEqual([{ n: 1 }]);
});

test("a change that fails leaves nothing, and its key is free", async () => {
  await using world = await rig();
  const twice = "INSERT INTO articles (id, title, category, content) VALUES (1, 'a', 'b', 'c'), (1, 'a', 'b', 'c')";
  expect(await world.refusal(twice, [], { key: "k" })).toContain("UNIQUE constraint failed");
  expect(await world.refusal("INSERT OR ROLLBACK INTO articles (id, title, category) VALUES (2, 'a', 'b')")).toContain(
    "NOT NULL constraint failed",
  );
  expect((await world.query("SELECT count(*) AS n FROM articles")).rows).toEqual([{ n: 0 }]);
  expect(await world.query(ADD, { title: "a" }, { key: "k" })).toMatchObject({ changes: 1 });
});

test("a statement without an end is stopped, alone, and the tenant goes on", async () => {
  await using world = await rig({ STATEMENT_TIMEOUT_MS: "700" });
  await world.query("SELECT 1");
  const endless = world.refusal(ENDLESS);
  expect((await world.query("SELECT 2 AS n", [], { tenant: "globex" })).rows).toEqual([{ n: 2 }]);
  expect(await endless).toContain("took longer than 700 ms");
  expect(await world.refusal(`INSERT INTO articles (title, category, content) ${ENDLESS.replace("count(*)", "i, 'a', 'b'")}`)).toContain(
    "took longer",
  );
  expect((await world.query("SELECT count(*) AS n FROM articles")).rows).toEqual([{ n: 0 }]);
});

test("a call that is cancelled ends its statement", async () => {
  await using world = await rig();
  await world.query("SELECT 1");
  const controller = new AbortController();
  const endless = world.refusal(ENDLESS, [], { signal: controller.signal });
  controller.abort();
  expect(await endless).toMatch(/cancel/i);
  expect((await world.query("SELECT 3 AS n")).rows).toEqual([{ n: 3 }]);
});

test("more tenants than may be open at once are served one after the other", async () => {
  await using world = await rig({ OPEN_TENANTS_MAX: "2" });
  const tenants = ["a", "b", "c", "d", "e"];
  const answers = await Promise.all(tenants.map(async (tenant) => await world.query(ADD, { title: tenant }, { tenant })));
  expect(answers.map(({ changes }) => changes)).toEqual([1, 1, 1, 1, 1]);
  expect((await world.query("SELECT title FROM articles", [], { tenant: "a" })).rows).toEqual([{ title: "a" }]);
  expect(await world.server.call("get_server_status")).toMatchObject({ facts: { open_tenants: 2 } });
});

test("no column takes the place of another one, whatever they are called", async () => {
  await using world = await rig();
  const query = 'SELECT 1 AS a, 2 AS a, 3 AS "a:2", 4 AS a';
  const { columns, rows } = await world.server.call<Answer & { columns: string[] }>("execute_query", { query });
  expect(columns).toEqual(["a", "a:2", "a:2:2", "a:3"]);
  expect(rows).toEqual([{ a: 1, "a:2": 2, "a:2:2": 3, "a:3": 4 }]);
});

test("rows are given up to a number and a size, and it is told that there are more", async () => {
  await using world = await rig();
  const few = await world.server.call<Answer>("execute_query", { query: "SELECT id FROM orders ORDER BY id", max_rows: 2 });
  expect(few).toMatchObject({ rows: [{ id: 1 }, { id: 2 }], truncated: true });
  const large = await world.query("SELECT id, printf('%.*c', 100000, 'x') AS text FROM orders");
  expect(large).toMatchObject({ truncated: true });
  expect(large.rows).toHaveLength(7);
  expect(await world.server.refusal("execute_query", { query: "SELECT printf('%.*c', 1000000, 'x')" })).toContain("one row alone");
  const written = await world.server.call<Answer>("execute_query", { query: "UPDATE orders SET quantity = 1 RETURNING id", max_rows: 1 });
  expect(written).toMatchObject({ changes: 1_006, truncated: true });
});

test("tables are made, indexed, searched and described, with the comments behind their columns", async () => {
  await using world = await rig();
  await world.query(
    "CREATE TABLE towns (\n  name TEXT PRIMARY KEY, -- As its people say it\n  people INTEGER NOT NULL DEFAULT 0\n) WITHOUT ROWID",
  );
  expect(await world.query("INSERT INTO towns VALUES ('Évora', 53000) ON CONFLICT DO NOTHING")).not.toHaveProperty("inserted_id");
  await world.query("CREATE VIEW large AS SELECT * FROM towns WHERE people > 1000");
  await world.query("CREATE VIRTUAL TABLE search USING fts5 (text)");
  await world.query("INSERT INTO search VALUES ('a notebook with dots')");
  expect((await world.query("SELECT text FROM search WHERE search MATCH 'dots'")).rows).toHaveLength(1);
  expect(await world.server.call("get_table_schema", { table_name: "TOWNS" })).toMatchObject({
    columns: [
      { name: "name", type: "TEXT", description: "As its people say it" },
      { name: "people", nullable: false, default: "0" },
    ],
    primary_key: ["name"],
    row_count: 1,
  });
  expect(await world.server.call("get_table_schema", { table_name: "orders" })).toMatchObject({
    foreign_keys: [{ columns: ["product_id"], references_table: "products", references_columns: ["id"] }, { columns: ["user_id"] }],
    indexes: [{ name: "orders_by_time" }, { name: "orders_by_user", columns: ["user_id"], unique: false }],
  });
  await world.query("CREATE VIEW unfinished AS SELECT * FROM nowhere");
  const { tables } = await world.server.call<{ tables: { name: string; type: string; columns: number }[] }>("list_tables");
  expect(tables.map(({ name, type, columns }) => `${name} ${type} ${columns}`)).toEqual([
    "analytics table 5",
    "articles table 10",
    "cached_news table 5",
    "large view 2",
    "orders table 7",
    "popular_articles table 4",
    "products table 5",
    "search virtual 1",
    "towns table 2",
    "unfinished view 0",
    "users table 6",
  ]);
  expect(await world.server.refusal("get_table_schema", { table_name: "town" })).toContain("there are analytics, articles");
});

test("a table is altered again and again, whoever altered it before", async () => {
  await using world = await rig();
  await using other = await hold(openDatabase({ STATE_DIR: world.folder }));
  await world.query("ALTER TABLE orders ADD COLUMN note TEXT");
  await world.query("ALTER TABLE orders RENAME COLUMN note TO remark");
  await other.call("execute_query", { query: "ALTER TABLE orders RENAME COLUMN remark TO words" });
  await world.query("ALTER TABLE orders DROP COLUMN words");
  expect(await world.server.call("validate_query", { query: "ALTER TABLE orders DROP COLUMN words" })).toMatchObject({ valid: false });
});

test("plans and sizes are those of the engine", async () => {
  await using world = await rig();
  const query = "SELECT o.id FROM orders AS o JOIN users u ON u.id = o.user_id WHERE o.user_id = ? ORDER BY o.total_cents";
  const { plan } = await world.server.call<{ plan: object[] }>("get_query_plan", { query });
  expect(plan).toMatchObject([
    { operation: "SEARCH", table: "users", estimated_rows: 1 },
    { operation: "SEARCH", table: "orders", estimated_rows: 17, description: "SEARCH o USING INDEX orders_by_user (user_id=?)" },
    { operation: "USE TEMP B-TREE FOR ORDER BY" },
  ]);
  expect(await world.server.call("get_query_plan", { query: "SELECT * FROM orders WHERE quantity > 2" })).toMatchObject({
    plan: [{ operation: "SCAN", table: "orders", estimated_rows: 1_006 }],
  });
  const stats = await world.server.call<{ size_bytes: number; tables: { name: string; rows: number; bytes: number }[] }>(
    "get_database_stats",
  );
  expect(stats.tables.find(({ name }) => name === "orders")).toMatchObject({ rows: 1_006 });
  expect(stats.size_bytes).toBeGreaterThan(stats.tables.reduce((sum, { bytes }) => sum + bytes, 0) / 2);
});

test("a statement is checked without being run", async () => {
  await using world = await rig();
  const check = async (query: string): Promise<object> => await world.server.call("validate_query", { query });
  expect(await check("DELETE FROM orders")).toEqual({ valid: true, kind: "delete" });
  expect(await check("WITH a AS (SELECT 1 AS b) INSERT INTO analytics (metric, value) SELECT 'm', b FROM a")).toEqual({
    valid: true,
    kind: "insert",
  });
  expect(await check("SELECT colour FROM orders")).toEqual({ valid: false, problem: "no such column: colour", kind: "select" });
  expect(await check("SELEC 1")).toMatchObject({ valid: false, kind: "selec" });
  expect((await world.query("SELECT count(*) AS n FROM orders")).rows).toEqual([{ n: 1_006 }]);
});

test("a tenant has only so much room", async () => {
  await using world = await rig({ MEGABYTES_MAX: "1" });
  const fill = "INSERT INTO cached_news (query, payload) SELECT 'q', printf('%.*c', 10000, 'x') FROM orders";
  expect(await world.refusal(fill)).toBe("the tables may have 1 MiB together, and this would be more");
  expect((await world.query("SELECT count(*) AS n FROM cached_news")).rows).toEqual([{ n: 0 }]);
});
