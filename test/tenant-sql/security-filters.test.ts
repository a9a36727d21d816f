import { expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { scopeStatement } from "../../src/tenant-sql/scope-statement.ts";
import { CONFIG, TENANT } from "./configuration.ts";
import { openTenantDatabase } from "./tenant-database.ts";

// So many values that the database takes the filter for more work than what the caller asks, and tries it last.
const REGIONS = ["EU", "US", ...Array.from({ length: 6 }, (_, index) => `region ${index}`)];
const FILTERED = { tenant: TENANT, config: { ...CONFIG, securityFilters: { region: REGIONS } } };

const REFUSED: readonly (readonly [string, readonly Json[]])[] = [
  ["INSERT INTO customers (id, name, email) VALUES (90, 'x', 'x')", []],
  ["INSERT INTO customers (id, name, email, region) VALUES (90, 'x', 'x', 'JP')", []],
  ["INSERT INTO customers (id, name, email, region) VALUES (90, 'x', 'x', $1)", ["JP"]],
  ["INSERT INTO customers (id, name, email, region) VALUES (90, 'x', 'x', NULL)", []],
  ["INSERT INTO customers (id, name, email, region) VALUES (90, 'x', 'x', DEFAULT)", []],
  ["INSERT INTO customers (id, name, email, region) VALUES (90, 'x', 'x', 'EU'), (91, 'x', 'y', 'JP')", []],
  ["INSERT INTO customers (id, name, email, region) VALUES (90, 'x', 'x', 'E' || 'U')", []],
  ["INSERT INTO customers (id, name, email, region) VALUES (90, 'x', 'x', 'EUX'::varchar(2))", []],
  ["INSERT INTO customers (id, name, email, region) SELECT id + 100, name, email, region FROM customers", []],
  ["INSERT INTO customers (id, name, email, region) SELECT 90, 'x', 'x', 'EU' UNION SELECT 91, 'x', 'y', 'JP'", []],
  ["UPDATE customers SET region = 'JP'", []],
  ["UPDATE customers SET region = $1", ["JP"]],
  ["UPDATE customers SET region = NULL", []],
  ["UPDATE customers SET (name, region) = ('x', 'JP')", []],
  [
    "INSERT INTO customers (tenant_id, id, name, email, region) VALUES ('acme', 1, 'x', 'x', 'EU') ON CONFLICT (tenant_id, id) DO UPDATE SET region = 'JP'",
    [],
  ],
];

test("rows that the security filters hide are neither read nor changed, nor told of by an error", async () => {
  await using database = await openTenantDatabase();
  const run = async (sql: string, params: readonly Json[] = []) => {
    const scoped = await scopeStatement(sql, params, FILTERED);
    const { rows, changed, error } = await database.amongAll(scoped.text, scoped.values);
    return error ?? (rows?.length === 0 ? changed : rows?.map((row): unknown => JSON.parse(row)));
  };
  // Customers 2 and 5 are in JP, and customer 6 is nowhere.
  expect(await run("SELECT id FROM customers ORDER BY id")).toEqual([[1], [3], [4]]);
  expect(await run("SELECT count(*) FROM customers WHERE region = 'JP' OR region IS NULL")).toEqual([[0]]);
  expect(await run("SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY 1")).toEqual([[2], [3], [5]]);
  expect(await run("UPDATE customers SET credit = 1")).toBe(3);
  expect(await run("DELETE FROM customers WHERE id IN (2, 5, 6)")).toBe(0);
  // The credit of customer 2 is 20, that of customer 5 is 50.
  expect(await run("SELECT id FROM customers WHERE 1 / (credit - 50) IS NOT NULL ORDER BY id")).toEqual([[1], [3], [4]]);
  expect(await run("UPDATE customers SET name = 'x' WHERE 1 / (credit - 50) IS NOT NULL")).toBe(3);
  expect(await run("DELETE FROM customers WHERE 1 / (credit - 50) IS NULL")).toBe(0);
  expect(
    await run("INSERT INTO customers (id, name, email, region) VALUES (90, 'x', 'x', 'EU'), (91, 'x', 'y', $1::text) RETURNING id", ["US"]),
  ).toEqual([[90], [91]]);
  expect(await run("UPDATE customers SET region = 'US' WHERE id = 3")).toBe(1);
});

test.each(REFUSED)("a row that would leave the security filters is not written: %s", async (sql, params) => {
  await expect(scopeStatement(sql, params, FILTERED)).rejects.toMatchObject({ code: "access.denied" });
});

test("a filter without values hides everything, and one of numbers and truths is bound as such", async () => {
  const nothing = await scopeStatement("SELECT id FROM customers", [], {
    tenant: TENANT,
    config: { ...CONFIG, securityFilters: { region: [] } },
  });
  expect(nothing.text).toContain("false");
  const numbers = await scopeStatement("SELECT id FROM customers", [], {
    tenant: TENANT,
    config: { ...CONFIG, securityFilters: { id: [1, 2] } },
  });
  expect(numbers.values).toEqual([TENANT, 1, 2]);
});
