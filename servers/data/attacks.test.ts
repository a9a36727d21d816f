import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openData } from "./open-data.ts";

const SECRET = "the words of somebody else";

/** What is refused, by the statement. `PATH` is the folder of the test, with a file in it that must not be seen. */
const STATEMENTS = [
  "SELECT * FROM read_text('PATH/secret.txt')",
  "SELECT * FROM read_blob('/proc/self/environ')",
  "SELECT * FROM read_csv('PATH/secret.txt')",
  "SELECT * FROM read_csv_auto(['PATH/secret.txt'])",
  "SELECT * FROM read_json('PATH/secret.txt')",
  "SELECT * FROM read_parquet('PATH/orders.csv')",
  "SELECT * FROM sniff_csv('PATH/secret.txt')",
  "SELECT * FROM parquet_metadata('PATH/x')",
  "SELECT * FROM 'PATH/secret.csv'",
  'FROM "PATH/secret.csv"',
  "FROM 'http://127.0.0.1:1/x.parquet'",
  "SELECT * FROM glob('PATH/*')",
  "SELECT (SELECT count(*) FROM glob('/*'))",
  "SELECT * FROM orders WHERE id IN (SELECT 1 FROM system.main.read_text('PATH/secret.txt'))",
  "WITH a AS (SELECT * FROM read_text('PATH/secret.txt')) SELECT * FROM a",
  "DESCRIBE SELECT * FROM glob('*')",
  "EXPLAIN ANALYZE SELECT * FROM glob('*')",
  "EXPLAIN ANALYZE SELECT * FROM orders WHERE id > 0",
  "explain /**/ analyze SELECT * FROM orders WHERE id > 0",
  "EXPLAIN (ANALYZE) SELECT * FROM orders WHERE id > 0",
  "SELECT pg_get_viewdef(oid) FROM pg_class",
  "SELECT main.PG_GET_VIEWDEF(oid) FROM pg_class",
  "SELECT getenv('HOME')",
  "SELECT current_setting('allowed_paths')",
  "SELECT * FROM duckdb_settings()",
  "FROM pg_catalog.pg_settings",
  "SELECT sql FROM duckdb_views",
  "SELECT sql FROM sqlite_master",
  "SELECT * FROM information_schema.views",
  "SELECT * FROM duckdb_secrets()",
  "SELECT * FROM duckdb_temporary_files()",
  "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = 'PATH/log')",
  "SELECT * FROM ENABLE_PROFILING(save_location = 'PATH/profile.json')",
  "SELECT * FROM query('SELECT * FROM glob(''/*'')')",
  "SELECT * FROM query_table('PATH/secret.csv')",
  "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  "SELECT * FROM arrow_scan(1, 2, 3)",
  "SELECT * FROM checkpoint()",
  "COPY orders TO 'PATH/out.csv'",
  "COPY (SELECT 1) TO 'PATH/out.csv'",
  "EXPLAIN ANALYZE COPY (SELECT 1) TO 'PATH/out.csv'",
  "EXPORT DATABASE 'PATH/out'",
  "ATTACH 'PATH/out.db'",
  "ATTACH ':memory:' AS other",
  "DETACH memory",
  "USE memory",
  "INSTALL httpfs",
  "LOAD httpfs",
  "SET threads = 64",
  "SET VARIABLE a = 1",
  "RESET ALL",
  "PRAGMA enable_external_access = true",
  "PRAGMA database_list",
  "CALL enable_logging()",
  "CREATE TABLE t AS SELECT 1",
  "CREATE OR REPLACE VIEW orders AS SELECT 1",
  "CREATE MACRO m() AS 1",
  "CREATE SECRET s (TYPE s3)",
  "DROP VIEW orders",
  "INSERT INTO orders VALUES (1)",
  "UPDATE orders SET id = 1",
  "DELETE FROM orders",
  "MERGE INTO orders USING orders o ON true WHEN MATCHED THEN DELETE",
  "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x",
  "BEGIN",
  "PREPARE p AS SELECT 1",
  "EXECUTE p",
  "VACUUM",
  "SELECT 1; SELECT 2",
  "SELECT 1; COPY orders TO 'PATH/out.csv'",
  "SELECT 1 /* ; */; -- x\nDROP VIEW orders",
  "/* SELECT */ COPY orders TO 'PATH/out.csv'",
  "SELECT 1) TO 'PATH/out.csv' --",
  "SELECT 1 /*",
  "SELECT '",
  "SELECT $$",
  ";",
  "--",
  "\u0000",
  "SELECT '\u0000' || 1 FROM nowhere",
  "SELECT \ud800",
  "not SQL at all",
  `SELECT ${"(".repeat(50_000)}`,
];

test("no statement reaches a file, the network, a setting or another statement", { timeout: 180_000 }, async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  writeFileSync(join(path, "secret.txt"), SECRET);
  writeFileSync(join(path, "secret.csv"), `word\n${SECRET}\n`);
  writeFileSync(join(path, "orders.csv"), "id,name\n1,one\n");
  const before = readdirSync(path).toSorted();
  await using server = await hold(
    openData({
      STATE_DIR: join(path, ".state"),
      EXCHANGE_DIR: join(path, ".exchange"),
      DATA_FILES: `orders=${join(path, "orders.csv")}`,
      RATE_LIMIT_PER_MINUTE: "10000",
      QUERY_MEMORY_MB: "256",
    }),
  );
  for (const statement of STATEMENTS) {
    const query = statement.replaceAll("PATH", path);
    const refusal = await server.refusal("sql_query", { query });
    expect(refusal).not.toContain(SECRET);
    await server.refusal("data_export", { query, format: "csv", file: "out.csv" });
  }
  expect(
    readdirSync(path)
      .filter((name) => !name.startsWith("."))
      .toSorted(),
  ).toEqual(before);
  expect(readdirSync(join(path, ".exchange/acme"))).toEqual([]);
  expect(readFileSync(join(path, "orders.csv"), "utf8")).toBe("id,name\n1,one\n");
  expect(await server.call("sql_query", { query: "FROM orders" })).toMatchObject({ rows: [{ id: 1, name: "one" }] });
});

test("no statement takes all memory, and what it takes comes back", { timeout: 180_000 }, async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  await using server = await hold(
    openData({
      STATE_DIR: join(path, "state"),
      EXCHANGE_DIR: join(path, "exchange"),
      QUERY_MEMORY_MB: "64",
      QUERY_SECONDS: "20",
      EXPORT_MB: "1",
    }),
  );
  const greedy = [
    "SELECT list_sum(range(1000000000))",
    "SELECT repeat('x', 1000000000) FROM range(5)",
    "SELECT array_agg(r) FROM range(100000000) t(r)",
    "SELECT a.range + b.range AS x FROM range(100000) a, range(100000) b ORDER BY x",
    "WITH RECURSIVE x AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM x) SELECT length(s) FROM x",
  ];
  for (const query of greedy)
    expect(await server.refusal("sql_query", { query })).toMatch(/memory|engine down|takes longer|too large|maximum|gone down/i);
  expect(await server.refusal("sql_query", { query: "SELECT random() AS r FROM range(100000000)", into: "x.parquet" })).toContain(
    "would have more than 1048576 bytes",
  );
  expect(await server.call("sql_query", { query: "SELECT 1 AS one" })).toMatchObject({ rows: [{ one: 1 }] });
  expect(readdirSync(join(path, "exchange/acme"))).toEqual([]);
});

test("names of files and tables lead nowhere else", async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  mkdirSync(join(path, "exchange/acme"), { recursive: true });
  writeFileSync(join(path, "secret.csv"), `word\n${SECRET}\n`);
  symlinkSync(join(path, "secret.csv"), join(path, "exchange/acme/link.csv"));
  await using server = await hold(
    openData({ STATE_DIR: join(path, "state"), EXCHANGE_DIR: join(path, "exchange"), RATE_LIMIT_PER_MINUTE: "1000" }),
  );
  for (const file of [
    "../../secret.csv",
    "link.csv",
    "/etc/x.csv",
    "a/../../x.csv",
    "x\u0000.csv",
    "\ud800.csv",
    "",
    "none.csv",
    "*.csv",
  ]) {
    await server.refusal("sql_query", { query: "FROM x", tables: { x: file } });
  }
  for (const into of ["../x.csv", "link.csv", "/tmp/x.csv", "x.exe", "a//b.csv", "x\u0000.csv", ".", "'; --.csv/"]) {
    await server.refusal("sql_query", { query: "SELECT 1", into });
  }
  await server.call("sql_query", { query: "SELECT 1 AS one", into: "it's; --.csv" });
  expect(await server.call("sql_query", { query: "FROM x", tables: { x: "it's; --.csv" } })).toMatchObject({ rows: [{ one: 1 }] });
  for (const name of ['x" --', "", "__proto__ ", "X", "a.b", "1"]) {
    await server.refusal("sql_query", { query: "FROM x", tables: { [name]: "it's; --.csv" } });
  }
  for (const params of [[1, 2], { "a b": 1 }, [{}], "x", [Number.MAX_VALUE, "\u0000"]])
    await server.refusal("sql_query", { query: "SELECT $1", params });
  expect(readFileSync(join(path, "secret.csv"), "utf8")).toContain(SECRET);
});

test("settings that make no sense are told at the start", () => {
  using folder = temporaryDirectory();
  const open = (DATA_FILES: string) => () => openData({ STATE_DIR: folder.path, DATA_FILES });
  expect(open("orders")).toThrow("table=path is wanted");
  expect(open("Orders=x.csv")).toThrow("lower-case letters");
  expect(open("orders=x.exe")).toThrow(".parquet");
  expect(open("orders=x.csv,orders=y.csv")).toThrow("twice");
});
