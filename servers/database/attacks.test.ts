import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openDatabase } from "./open-database.ts";
import { statementGuard } from "./sqlite/statement-guard.ts";

/** Each is refused, and changes nothing. */
const REFUSED = [
  // Other files.
  "ATTACH 'OUT' AS other",
  "ATTACH ':memory:' AS other",
  "/* SELECT */ ATTACH 'OUT' AS other",
  "VACUUM INTO 'OUT'",
  "VACUUM",
  "DETACH main",
  "SELECT load_extension('OUT')",
  "SELECT writefile('OUT', 'x')",
  "SELECT readfile('/etc/passwd')",
  "SELECT fts3_tokenizer('simple', x'00')",
  "CREATE VIRTUAL TABLE t USING csv(filename='/etc/passwd')",
  "CREATE VIRTUAL TABLE t USING fts4(tokenize=simple)",
  "CREATE VIRTUAL TABLE t USING dbstat(main)",
  // Settings and transactions.
  "PRAGMA writable_schema = 1",
  "PRAGMA journal_mode = DELETE",
  "PRAGMA user_version = 7",
  "PRAGMA max_page_count = 1000000000",
  "PRAGMA foreign_keys = OFF",
  "PRAGMA temp_store_directory = '/tmp'",
  "SELECT * FROM pragma_journal_mode",
  "BEGIN",
  "COMMIT",
  "ROLLBACK",
  "SAVEPOINT a",
  "REINDEX",
  "ANALYZE",
  // The schema, by hand.
  "UPDATE sqlite_master SET sql = 'x'",
  "DELETE FROM sqlite_schema",
  "INSERT INTO sqlite_sequence VALUES ('a', 1)",
  "DELETE FROM sqlite_stat1",
  "DROP TABLE sqlite_stat1",
  // The tables of the server, by every name and on every way.
  "SELECT * FROM tutti_answers",
  'SELECT key FROM main."TUTTI_ANSWERS"',
  "SELECT count(*) FROM [tutti_answers]",
  "DELETE FROM tutti_answers",
  "INSERT INTO tutti_answers (key, asked, answer) VALUES ('a', 'b', 'c')",
  "DROP TABLE tutti_answers",
  "ALTER TABLE tutti_answers RENAME TO mine",
  "ALTER TABLE articles RENAME TO tutti_mine",
  "CREATE TABLE tutti_own (a)",
  "CREATE INDEX i ON tutti_answers (answer)",
  "CREATE TRIGGER t AFTER INSERT ON tutti_answers BEGIN SELECT 1; END",
  "CREATE TABLE copy AS SELECT * FROM tutti_answers",
  "INSERT INTO articles (title, category, content) SELECT key, asked, answer FROM tutti_answers",
  "EXPLAIN SELECT * FROM tutti_answers",
  "WITH a AS (SELECT * FROM tutti_answers) SELECT 1 FROM a",
  "SELECT (SELECT answer FROM tutti_answers) AS a",
  "UPDATE articles SET title = (SELECT max(key) FROM tutti_answers)",
  "CREATE VIEW spy AS SELECT * FROM tutti_answers",
  "CREATE TRIGGER thief AFTER UPDATE ON articles BEGIN DELETE FROM tutti_answers; END",
  "CREATE TABLE child (a TEXT REFERENCES tutti_answers (key) ON DELETE CASCADE)",
  "CREATE VIRTUAL TABLE finder USING fts5 (answer, content='Tutti_Answers')",
  // What does not last.
  "CREATE TEMP TABLE t (a)",
  "CREATE TEMP TRIGGER t AFTER INSERT ON articles BEGIN SELECT 1; END",
  "CREATE TABLE temp.tutti_answers (key)",
  "CREATE TEMP VIEW tutti_answers AS SELECT 1",
  // Two in one.
  "SELECT 1; DROP TABLE orders",
  "SELECT 1; SELECT 2",
  "SELECT 1\u0000; DROP TABLE orders",
  "SELECT ';' /* ; */ ; -- ;\n DROP TABLE orders",
  // Nothing, and nonsense.
  " ",
  ";",
  "-- nothing",
  "\u0000",
  "SELECT '\ud800'",
  "🙂",
  // Too much.
  "SELECT zeroblob(1000000000)",
  "SELECT replace(printf('%.*c', 1000000, 'x'), 'x', 'xxxxxxxxxx')",
  `SELECT ${"1 + ".repeat(500)}1`,
  `SELECT ${"1 UNION SELECT ".repeat(200)}1`,
  `SELECT 'a' LIKE '${"%a".repeat(2_000)}'`,
  `SELECT ${Array.from({ length: 300 }, (_, index) => index).join(", ")}`,
];

test("no statement leaves the file of its tenant, reaches what is the server's, or changes how it is kept", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openDatabase({ STATE_DIR: join(folder.path, "state") }));
  const out = join(folder.path, "out");
  await server.call(
    "execute_query",
    { query: "INSERT INTO articles (title, category, content) VALUES ('a', 'b', 'c')" },
    { key: "secret-key" },
  );
  for (const query of REFUSED) {
    const message = await server.refusal("execute_query", { query: query.replace("OUT", out) });
    expect(`${query}: ${message}`).not.toContain("secret-key");
  }
  expect(existsSync(out)).toBe(false);
  const kept =
    "SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM sqlite_master WHERE sql LIKE '%mine%') AS mine";
  expect(await server.call("execute_query", { query: kept })).toMatchObject({ rows: [{ orders: 1_006, articles: 1, mine: 0 }] });
});

test("were there views, triggers, references or searches that lead to tables of the server, they would lead nowhere", () => {
  using database = new DatabaseSync(":memory:");
  database.exec(`
    CREATE TABLE articles (title); INSERT INTO articles VALUES ('a');
    CREATE TABLE tutti_answers (key TEXT PRIMARY KEY); INSERT INTO tutti_answers VALUES ('k');
    CREATE VIEW spy AS SELECT * FROM tutti_answers;
    CREATE TRIGGER thief AFTER UPDATE ON articles BEGIN DELETE FROM tutti_answers; END;
    CREATE TABLE child (a TEXT REFERENCES tutti_answers (key));
    CREATE VIRTUAL TABLE finder USING fts5 (key, content='tutti_answers');
  `);
  const guard = statementGuard();
  database.setAuthorizer(guard.authorize);
  for (const query of [
    "SELECT * FROM spy",
    "UPDATE articles SET title = 'x'",
    "INSERT INTO child VALUES ('k')",
    "SELECT * FROM finder",
    "INSERT INTO finder (finder) VALUES ('rebuild')",
  ]) {
    guard.watch(query.split(" ", 1)[0] ?? "");
    expect(() => database.prepare(query).all()).toThrow(/not authorized|prohibited|SQL logic error/);
  }
  expect(guard.asOwner(() => database.prepare("SELECT * FROM spy").all())).toEqual([{ key: "k" }]);
});

test("names that are as long as statements make no answer and no message that is longer than others", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openDatabase({ STATE_DIR: folder.path }));
  for (let number = 0; number < 60; number += 1) {
    await server.call("execute_query", { query: `CREATE TABLE "${"é".repeat(9_000)}${number}" (a)` });
  }
  expect(await server.refusal("list_tables")).toContain("query sqlite_master in parts");
  expect(await server.refusal("get_database_stats")).toContain("query sqlite_master in parts");
  expect((await server.refusal("get_table_schema", { table_name: "nowhere" })).length).toBeLessThan(2_000);
  expect(await server.call("get_table_schema", { table_name: "users" })).toMatchObject({ table_name: "users" });
});

test("arguments that make no sense are refused by their names, for every tool", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openDatabase({ STATE_DIR: folder.path }));
  for (const [tool, parameters] of [
    ["execute_query", {}],
    ["execute_query", { query: "" }],
    ["execute_query", { query: "SELECT 1", max_rows: 0 }],
    ["execute_query", { query: "SELECT 1", max_rows: 1e9 }],
    ["execute_query", { query: "SELECT 1", tenant: "globex" }],
    ["execute_query", { query: "SELECT 1", params: "x" }],
    ["execute_query", { query: "x".repeat(60_000) }],
    ["list_tables", { database: "globex" }],
    ["list_tables", { database: "__proto__" }],
    ["get_table_schema", { table_name: "tutti_answers" }],
    ["get_table_schema", { table_name: "sqlite_master" }],
    ["get_table_schema", { table_name: 'x"; DROP TABLE orders; --' }],
    ["get_table_schema", { table_name: "__proto__" }],
    ["get_query_plan", { query: "SELECT * FROM tutti_answers" }],
    ["get_query_plan", { query: "EXPLAIN SELECT 1" }],
    ["get_query_plan", { query: "SELECT 1; SELECT 2" }],
    ["validate_query", { query: "" }],
  ] as const) {
    expect(await server.refusal(tool, parameters)).not.toBe("");
  }
  expect(await server.call("validate_query", { query: "SELECT * FROM tutti_answers" })).toMatchObject({ valid: false });
});
