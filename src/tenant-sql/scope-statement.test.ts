import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { isTuttiError } from "../model/errors.ts";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { scopeStatement } from "./scope-statement.ts";

const CONFIG: DatabaseInjectorConfig = {
  kind: "database",
  tables: {
    orders: { kind: "tenant", columns: ["tenant_id", "id", "note"] },
    payments: { kind: "tenant", columns: ["account", "id", "amount"], tenantColumn: "account" },
    countries: { kind: "shared", columns: ["code", "name"] },
  },
};

const scope = async (sql: string, params: readonly Json[] = [], tenant = "acme") =>
  await scopeStatement(sql, params, { tenant, config: CONFIG });

test("a table becomes the tenant's rows of it, and the tenant a value after those of the caller", async () => {
  expect(await scope("SELECT id FROM orders WHERE id = $1 OR true", [5])).toEqual({
    kind: "select",
    text: "SELECT id FROM ( SELECT orders.tenant_id, orders.id, orders.note FROM public.orders WHERE orders.tenant_id = $2 ) AS orders WHERE id = $1 OR true",
    values: [5, "acme"],
  });
});

test("a statement that could fail on a row is kept away from rows of others, also while it is evaluated", async () => {
  expect((await scope("SELECT id FROM orders WHERE note::int > 0")).text).toContain("WHERE orders.tenant_id = $1 OFFSET 0 ) AS orders");
  expect((await scope("DELETE FROM orders WHERE note::int > 0")).text).toBe(
    "DELETE FROM public.orders WHERE orders.tenant_id = $1 AND CASE WHEN orders.tenant_id = $1 THEN note::int > 0 ELSE false END",
  );
});

test.each<[string, "select" | "insert" | "update" | "delete", string, readonly Json[]]>([
  ["SELECT 1", "select", "SELECT 1", []],
  [
    "SELECT count(*) FROM countries c",
    "select",
    "SELECT pg_catalog.count(*) FROM ( SELECT countries.code, countries.name FROM public.countries ) AS c",
    [],
  ],
  ["INSERT INTO orders (id) VALUES (1), (2)", "insert", "INSERT INTO public.orders (id, tenant_id) VALUES (1, $1), (2, $1)", ["acme"]],
  ["INSERT INTO orders (tenant_id, id) VALUES ('acme', 1)", "insert", "INSERT INTO public.orders (tenant_id, id) VALUES ('acme', 1)", []],
  ["INSERT INTO orders DEFAULT VALUES", "insert", "INSERT INTO public.orders (tenant_id) VALUES ($1)", ["acme"]],
  ["INSERT INTO orders (id) SELECT 1", "insert", "INSERT INTO public.orders (id, tenant_id) SELECT 1, $1", ["acme"]],
  [
    "INSERT INTO orders (tenant_id, id) VALUES ('acme', 1) ON CONFLICT (tenant_id, id) DO UPDATE SET note = 'x'",
    "insert",
    "INSERT INTO public.orders (tenant_id, id) VALUES ('acme', 1) ON CONFLICT (tenant_id, id) DO UPDATE SET note = 'x' WHERE orders.tenant_id = $1",
    ["acme"],
  ],
  ["UPDATE payments AS p SET amount = 1", "update", "UPDATE public.payments AS p SET amount = 1 WHERE p.account = $1", ["acme"]],
  [
    "DELETE FROM orders WHERE id = 1 AND note = 'x'",
    "delete",
    "DELETE FROM public.orders WHERE orders.tenant_id = $1 AND id = 1 AND note = 'x'",
    ["acme"],
  ],
])("%s", async (sql, kind, text, values) => {
  expect(await scope(sql)).toEqual({ kind, text, values });
});

test("without a tenant nothing is done", async () => {
  await expect(scope("SELECT 1", [], "")).rejects.toMatchObject({ code: "tenant.invalid" });
});

const REFUSED: readonly (readonly [string, readonly Json[], string, string])[] = [
  ["", [], "input.invalid", "it is empty"],
  ["  ;  ", [], "input.invalid", "it is empty: give one SELECT, INSERT, UPDATE or DELETE"],
  ["SELEC 1", [], "input.invalid", 'syntax error at or near "SELEC" (line 1, column 1)'],
  ["SELECT 'ü',\n  FROM orders", [], "input.invalid", 'syntax error at or near "FROM" (line 2, column 3)'],
  ["SELECT 1; SELECT 2", [], "access.denied", "it holds 2 statements, and exactly one may be given"],
  ["DROP TABLE orders", [], "access.denied", "Drop is not allowed: give one SELECT, INSERT, UPDATE or DELETE"],
  ["SELECT 'ü',\n  pg_sleep(1)", [], "access.denied", 'the function "pg_sleep" is not allowed (line 2, column 3)'],
  ["SELECT * FROM pg_class", [], "access.denied", 'there is no table "pg_class" for tenants (line 1, column 15)'],
  ["SELECT * FROM a.orders", [], "access.denied", 'the table "a.orders" is in a schema that is not public (line 1, column 15)'],
  ["SELECT '1'::regclass", [], "access.denied", 'the type "regclass" is not allowed (line 1, column 13)'],
  ["SELECT 1 OPERATOR(a.+) 2", [], "access.denied", 'the operator "a.+" is not allowed (line 1, column 10)'],
  ["SELECT * FROM orders FOR UPDATE", [], "access.denied", "FOR UPDATE and FOR SHARE are not allowed"],
  [
    "UPDATE countries SET name = 'x'",
    [],
    "access.denied",
    'the table "countries" is shared by all tenants and can only be read (line 1, column 8)',
  ],
  ["UPDATE orders SET tenant_id = 'x'", [], "access.denied", '"tenant_id" cannot be set: a row stays with its tenant (line 1, column 19)'],
  [
    "INSERT INTO orders (tenant_id) VALUES ('x')",
    [],
    "access.denied",
    '"tenant_id" is not the caller\'s own tenant: leave it out, it is set',
  ],
  ["SELECT $2::int", [1], "input.invalid", "there is no value for $2: 1 value was given (line 1, column 8)"],
  ["SELECT $1::int", [1, 2], "input.invalid", "it has no $2, but 2 values were given"],
  ["SELECT 1\0", [], "input.invalid", "it holds characters that SQL cannot hold (NUL, or half of a pair)"],
  ["SELECT '\uD800'", [], "input.invalid", "it holds characters that SQL cannot hold (NUL, or half of a pair)"],
  ["SELECT '" + "x".repeat(65_536) + "'", [], "input.invalid", "it is longer than 65536 bytes: give long values as parameters"],
  [
    "SELECT id FROM orders ORDER BY id FETCH FIRST 1 ROW WITH TIES",
    [],
    "input.invalid",
    "it has a form that cannot be printed again without a change of meaning: write it in a simpler way (name parts in WITH)",
  ],
];

test.each(REFUSED.map(([sql, params, code, reason]) => ({ sql, params, code, reason })))(
  "$code, because $reason",
  async ({ sql, params, code, reason }) => {
    await expect(scope(sql, params)).rejects.toMatchObject({ code, message: `the statement was not run: ${reason}` });
  },
);

/** What can be put into each other without end, by how many of its kind. */
const NESTED: Readonly<Record<string, (times: number) => string>> = {
  brackets: (times) => `SELECT ${"(".repeat(times)}1${")".repeat(times)}`,
  operators: (times) => `SELECT 1${"+1".repeat(times)}`,
  minuses: (times) => `SELECT ${"- ".repeat(times)}id FROM orders`,
  casts: (times) => `SELECT '1'${"::text".repeat(times)}`,
  joins: (times) => `SELECT 1 FROM orders${" JOIN orders ON true".repeat(times)}`,
  unions: (times) => `SELECT 1${" UNION SELECT 1".repeat(times)}`,
  negations: (times) => `SELECT ${"NOT ".repeat(times)}true`,
  tests: (times) => `SELECT true${" IS NULL".repeat(times)}`,
  "postfix tests": (times) => `SELECT true${" ISNULL".repeat(times)}`,
  cases: (times) => `SELECT ${"CASE WHEN true THEN 1 ELSE ".repeat(times)}1${" END".repeat(times)}`,
  calls: (times) => `SELECT ${"abs(".repeat(times)}1${")".repeat(times)}`,
  subqueries: (times) => `SELECT ${"(SELECT ".repeat(times)}1${")".repeat(times)}`,
  lists: (times) => `SELECT ${"ARRAY[".repeat(times)}1${"]".repeat(times)}`,
  collations: (times) => `SELECT 'x'${' COLLATE "C"'.repeat(times)}`,
  "time zones": (times) => `SELECT now()${" AT TIME ZONE 'UTC'".repeat(times)}`,
  "queries of WITH": (times) => `${"WITH a AS (".repeat(times)}SELECT 1${") SELECT 1".repeat(times)}`,
};

test.each(Object.entries(NESTED))("%s in each other end in a refusal, and leave the parser whole", async (_, nest) => {
  for (const times of [50, 300, 1_900, 4_000]) {
    const end = await scope(nest(times)).catch((error: unknown) => error);
    expect(end instanceof Error ? isTuttiError(end, "input.invalid") : true).toBe(true);
  }
  expect((await scope("SELECT 1")).text).toBe("SELECT 1");
});

test("long lists are not deep: a thousand rows are inserted at once", async () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => `(${index}, 'note ${index}')`).join(", ");
  const { values } = await scope(`INSERT INTO orders (id, note) VALUES ${rows}`);
  expect(values).toEqual(["acme"]);
});
