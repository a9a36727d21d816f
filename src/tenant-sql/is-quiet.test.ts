import { expect, test } from "vitest";
import { isQuiet } from "./is-quiet.ts";
import { parseStatement } from "./sql-parser.ts";

const CONFIG = { kind: "database", tables: { t: { kind: "tenant", columns: ["a", "b"] } } } as const;

test.each([
  "SELECT * FROM t WHERE a = 1 AND b <> $1 OR NOT a IN (1, 2)",
  "SELECT a, count(*) FROM t WHERE a BETWEEN 1 AND 2 GROUP BY a HAVING max(b) > 5 ORDER BY a LIMIT 3",
  "SELECT x.a FROM t x JOIN t y ON x.a = y.b WHERE x.b IS NOT NULL AND x.a = ANY ($1)",
  "UPDATE t SET b = 'x' WHERE a = 1",
])("nothing can fail because of a row in %s", async (sql) => {
  expect(isQuiet(await parseStatement(sql), CONFIG)).toBe(true);
});

test.each([
  "SELECT * FROM t WHERE a::int = 1",
  "SELECT * FROM t WHERE 1 / a > 1",
  "SELECT * FROM t WHERE 'x' LIKE a",
  "SELECT * FROM t WHERE a ->> 'x' = 'y'",
  "SELECT * FROM t WHERE lower(a) = 'x'",
  "SELECT * FROM t WHERE a = (SELECT b FROM t)",
  "SELECT * FROM t WHERE a[1] = 1",
  "SELECT * FROM t WHERE t = t",
  "SELECT * FROM t WHERE ROW(t.*) = ROW(t.*)",
  "SELECT * FROM (SELECT 1 / a AS c FROM t) x WHERE c = 1",
  "SELECT * FROM t, unnest(a) AS u",
  "SELECT sum(a) OVER (ORDER BY a / b) FROM t",
  "SELECT NULLIF(a, b) FROM t",
  "DELETE FROM t WHERE a > now()",
])("something can fail because of a row in %s", async (sql) => {
  expect(isQuiet(await parseStatement(sql), CONFIG)).toBe(false);
});
