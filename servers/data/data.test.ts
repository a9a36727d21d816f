import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openData } from "./open-data.ts";

interface World extends AsyncDisposable {
  readonly path: string;
  readonly server: HeldServer;
}

const ORDERS = "id,day,amount,channel\n1,2024-01-05,10.50,web\n2,2024-01-20,4.25,shop\n3,2024-02-03,7.00,web\n4,2024-02-04,,web\n";

async function world(environment: Readonly<Record<string, string>> = {}): Promise<World> {
  const folder = temporaryDirectory();
  const { path } = folder;
  writeFileSync(join(path, "orders.csv"), ORDERS);
  writeFileSync(join(path, "secret.json"), JSON.stringify([{ code: 42 }]));
  mkdirSync(join(path, "exchange"));
  const server = await hold(
    openData({
      STATE_DIR: join(path, "state"),
      EXCHANGE_DIR: join(path, "exchange"),
      DATA_FILES: `orders=${join(path, "orders.csv")},rival/secret=${join(path, "secret.json")}`,
      QUERY_MEMORY_MB: "256",
      RATE_LIMIT_PER_MINUTE: "1000",
      ...environment,
    }),
  );
  return {
    path,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

test("a query gives rows with exact values, and counts those that it does not give", async () => {
  await using held = await world();
  const { server } = held;
  expect(
    await server.call("sql_query", {
      query: "SELECT id, day FROM orders WHERE day >= $1 ORDER BY id",
      params: ["2024-01-20"],
      max_rows: 2,
    }),
  ).toMatchObject({
    columns: [
      { name: "id", type: "BIGINT" },
      { name: "day", type: "DATE" },
    ],
    rows: [
      { id: 2, day: "2024-01-20" },
      { id: 3, day: "2024-02-03" },
    ],
    row_count: 3,
    truncated: true,
  });
  const exact = `SELECT 9007199254740993 AS big, 1.10::DECIMAL(5,2) AS price, TIMESTAMPTZ '2024-01-01 01:02:03.5+02' AS at, TIMESTAMP '2024-01-01' AS local,
    'nan'::DOUBLE AS odd, 'ab'::BLOB AS bytes, [1, 2] AS list, {'a': {'b': 1}} AS struct, MAP {'k': 1} AS map, NULL AS none, 1 AS "__proto__", 2 AS none,
    DATE 'infinity' AS never, '🙂' AS smile`;
  const { rows } = await server.call<{ rows: object[] }>("sql_query", { query: exact });
  expect(JSON.stringify(rows[0])).toBe(
    '{"big":"9007199254740993","price":"1.10","at":"2023-12-31T23:02:03.5Z","local":"2024-01-01T00:00:00","odd":"NaN","bytes":"YWI=","list":[1,2],' +
      '"struct":{"a":{"b":1}},"map":[{"key":"k","value":1}],"none":null,"__proto__":1,"none:1":2,"never":"infinity","smile":"🙂"}',
  );
  expect(await server.call("sql_query", { query: 'SELECT 1 AS a, 2 AS a, 3 AS "a:1"' })).toMatchObject({
    rows: [{ a: 1, "a:1": 2, "a:1:1": 3 }],
  });
  const bound = {
    query: "SELECT DATE '2024-01-01' + $days AS day, $big AS big, $half AS half FROM range($n)",
    params: { days: 1, big: 2 ** 40, half: 0.5, n: 1 },
  };
  expect(await server.call("sql_query", bound)).toMatchObject({ rows: [{ day: "2024-01-02", big: 2 ** 40, half: 0.5 }] });
});

test("an answer never gets larger than a message, whatever the rows are", async () => {
  await using held = await world();
  const answer = await held.server.call<{ rows: unknown[]; row_count: number }>("sql_query", {
    query: "SELECT repeat('x', 100000) AS x FROM range(100)",
    max_rows: 100,
  });
  expect(answer.row_count).toBe(100);
  expect(answer.rows.length).toBe(9);
  expect(await held.server.refusal("sql_query", { query: "SELECT repeat('x', 2000000) AS x" })).toContain("one row alone");
});

test("rows go to files of the exchange, and files of the exchange are tables of a query", async () => {
  await using held = await world();
  const { server } = held;
  const query = "SELECT * FROM orders WHERE id > $1 -- the newer ones;";
  for (const name of ["new.parquet", "folder/new.csv", "new.json"]) {
    const written = await server.call("sql_query", { query, params: [1], into: name });
    expect(written).toMatchObject({ file: name, row_count: 3, rows: [] });
    const read = { query: "SELECT count(*) AS n, sum(amount) AS amount FROM new", tables: { new: name } };
    expect(await server.call("sql_query", read)).toMatchObject({ rows: [{ n: 3, amount: 11.25 }] });
    expect(await server.refusal("sql_query", read, { tenant: "rival" })).toContain(`has no file "${name}"`);
  }
  const odd = 'SELECT id, 1.0 / (id - 1) AS "a ""share""", \'x\' AS text FROM orders WHERE id < $1 ORDER BY id DESC -- not only numbers';
  await server.call("data_export", { query: odd, params: [3], format: "json", file: "odd.json" });
  expect(JSON.parse(readFileSync(join(held.path, "exchange/acme/odd.json"), "utf8"))).toEqual([
    { id: 2, 'a "share"': 1, text: "x" },
    { id: 1, 'a "share"': null, text: "x" },
  ]);
  expect(await server.refusal("sql_query", { query: "SELECT $a AS a", params: { a: 1, b: 2 } })).toContain("no $b");
  expect(await server.call("data_export", { table: "orders", format: "csv", file: "all.csv" })).toMatchObject({ row_count: 4 });
  expect(readFileSync(join(held.path, "exchange/acme/all.csv"), "utf8")).toContain("id,day,amount,channel\n1,2024-01-05,10.5,web\n");
  expect(await server.refusal("data_export", { table: "orders", query: "SELECT 1", format: "csv", file: "all.csv" })).toContain(
    "one of them only",
  );
  expect(await server.refusal("sql_query", { query: "SELECT error('no')", into: "all.csv" })).toContain("no");
  expect(readdirSync(join(held.path, "exchange/acme")).toSorted()).toEqual(["all.csv", "folder", "new.json", "new.parquet", "odd.json"]);
});

test("each tenant sees the tables of all and its own, and a table whose file is gone does not take the others with it", async () => {
  await using held = await world({ DATA_FILES: "" });
  const { path } = held;
  await using server = await hold(
    openData({
      STATE_DIR: join(path, "other"),
      EXCHANGE_DIR: join(path, "exchange"),
      DATA_FILES: `orders=${join(path, "orders.csv")},gone=${join(path, "gone.csv")},rival/secret=${join(path, "secret.json")}`,
    }),
  );
  const names = async (tenant: string): Promise<unknown> =>
    (await server.call<{ tables: { name: string }[] }>("table_schema", {}, { tenant })).tables.map(({ name }) => name);
  expect(await names("acme")).toEqual(["orders", "gone"]);
  expect(await names("rival")).toEqual(["secret", "orders", "gone"]);
  expect(await server.refusal("sql_query", { query: "FROM secret" })).toContain("does not exist");
  expect(await server.call("sql_query", { query: "FROM secret" }, { tenant: "rival" })).toMatchObject({ rows: [{ code: 42 }] });
  expect(await server.refusal("sql_query", { query: "FROM gone" })).toContain('"gone" cannot be read: its file is not there');
  expect(await server.call("table_schema", { table: "orders" })).toMatchObject({
    tables: [{ row_count: 4, columns: [{ name: "id", type: "BIGINT" }, {}, {}, {}] }],
  });
  expect(await server.call("get_server_status")).toMatchObject({ status: "degraded", facts: { tables_missing: ["gone"] } });
  writeFileSync(join(path, "orders.csv"), `${ORDERS}5,2024-03-01,1.00,web\n`);
  expect(await server.call("sql_query", { query: "SELECT count(*) AS n FROM orders" })).toMatchObject({ rows: [{ n: 5 }] });
});

test("figures are computed in groups and with filters, and names and values cannot become SQL", async () => {
  await using held = await world();
  const { server } = held;
  const question = {
    table: "orders",
    measures: [{ aggregate: "count" }, { aggregate: "sum", column: "amount" }, { aggregate: "p90", column: "amount", as: "high" }],
    group_by: [{ column: "day", by: "month" }],
    filters: [
      { column: "channel", op: "in", value: ["web", "shop'; --"] },
      { column: "day", op: "between", value: ["2024-01-01", "2024-12-31"] },
    ],
    order_by: [{ by: "month" }],
  };
  expect(await server.call("analytics_query", question)).toMatchObject({
    rows: [
      { month: "2024-01-01T00:00:00", count: 1, sum_amount: 10.5, high: 10.5 },
      { month: "2024-02-01T00:00:00", count: 2, sum_amount: 7, high: 7 },
    ],
    row_count: 2,
  });
  const refused = async (change: object): Promise<string> => await server.refusal("analytics_query", { ...question, ...change });
  expect(await refused({ table: 'orders" --' })).toContain("there is no table");
  expect(await refused({ measures: [{ aggregate: "sum", column: 'amount") FROM x --' }] })).toContain("no column");
  expect(await refused({ measures: [{ aggregate: "sum" }] })).toContain("needs a column");
  expect(await refused({ measures: [{ aggregate: "sum", column: "channel" }] })).toContain("sum(VARCHAR)");
  expect(await refused({ group_by: [{ column: "channel", by: "month" }] })).toContain("a date or a time is wanted");
  expect(await refused({ order_by: [{ by: "1; DROP" }] })).toContain("none of what is asked");
  expect(await refused({ filters: [{ column: "day", op: ">", value: "soon" }] })).toContain("soon");
  expect(await refused({ filters: [{ column: "day", op: "in", value: "2024-01-01" }] })).toContain("a list of values");
  const odd = await server.call("analytics_query", {
    ...question,
    order_by: [],
    group_by: [],
    measures: [{ aggregate: "count", as: 'x" FROM "y' }],
  });
  expect(odd).toMatchObject({ rows: [{ 'x" FROM "y': 3 }] });
});

test("a filter compares with the value that is given, and not with the nearest that the column could hold", async () => {
  await using held = await world();
  const count = async (column: string, op: string, value: unknown): Promise<unknown> => {
    const asked = { table: "orders", measures: [{ aggregate: "count" }], filters: [{ column, op, value }] };
    const { rows } = await held.server.call<{ rows: { count: number }[] }>("analytics_query", asked);
    return rows[0]?.count;
  };
  expect(await count("id", ">", 1.5)).toBe(3);
  expect(await count("id", "=", "1.5")).toBe(0);
  expect(await count("id", "between", [0.5, 1.5])).toBe(1);
  expect(await count("id", "in", [1.5, 3, "4.0"])).toBe(2);
  expect(await count("id", "<", 1e300)).toBe(4);
  expect(await count("day", "<", "2024-01-20T12:00:00Z")).toBe(2);
  expect(await count("day", "=", "2024-01-20")).toBe(1);
});

test("groups beyond the limit are counted, and told to be left out", async () => {
  await using held = await world();
  const question = { table: "orders", measures: [{ aggregate: "count" }], group_by: ["id"], order_by: [{ by: "id" }], limit: 2 };
  expect(await held.server.call("analytics_query", question)).toMatchObject({
    rows: [{ id: 1 }, { id: 2 }],
    row_count: 4,
    truncated: true,
  });
});

test("the first line of a CSV names its columns, also when it looks like a row, and tables have any name that they may be given", async () => {
  await using held = await world();
  writeFileSync(join(held.path, "years.csv"), "region,2024,2025\nnorth,1,2\n");
  writeFileSync(join(held.path, "ragged.csv"), "id,name\n1,a\n2\n3,c,d\n");
  await using server = await hold(
    openData({
      STATE_DIR: join(held.path, "other"),
      EXCHANGE_DIR: join(held.path, "exchange"),
      DATA_FILES: `order=${join(held.path, "years.csv")},ragged=${join(held.path, "ragged.csv")}`,
    }),
  );
  expect(await server.call("sql_query", { query: 'FROM "order"' })).toMatchObject({ rows: [{ region: "north", 2024: 1, 2025: 2 }] });
  // Lines that do not go together are whole, and none is left out as if it came before the names.
  expect(await server.call("sql_query", { query: "FROM ragged" })).toMatchObject({ row_count: 3 });
});

test("too many requests of one tenant are refused until later, and those of others are not", async () => {
  await using held = await world({ RATE_LIMIT_PER_MINUTE: "2" });
  const { server } = held;
  await server.call("sql_query", { query: "SELECT 1" });
  await server.call("table_schema");
  expect(await server.refusal("sql_query", { query: "SELECT 1" })).toContain("more than 2 requests in a minute");
  await server.call("sql_query", { query: "SELECT 1" }, { tenant: "rival" });
});

test("a query that takes too long or is given up is stopped, and the next one is answered", async () => {
  await using hasty = await world({ QUERY_SECONDS: "1" });
  const endless = { query: "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c" };
  expect(await hasty.server.refusal("sql_query", { ...endless, into: "x.parquet" })).toContain("takes longer than 1 s");
  expect(readdirSync(join(hasty.path, "exchange/acme"))).toEqual([]);

  await using held = await world({ QUERIES_AT_ONCE: "1" });
  const { server } = held;
  const gone = new AbortController();
  const given = server.refusal("sql_query", endless, { signal: gone.signal });
  const waiting = server.call("sql_query", { query: "SELECT 1 AS one" }, { tenant: "rival" });
  gone.abort();
  const [refusal, answer] = await Promise.all([given, waiting]);
  expect(refusal).toContain("cancelled");
  expect(answer).toMatchObject({ rows: [{ one: 1 }] });
});
