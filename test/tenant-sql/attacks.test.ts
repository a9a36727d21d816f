import { expect, test } from "vitest";
import { isTuttiError } from "../../src/model/errors.ts";
import { scopeStatement } from "../../src/tenant-sql/scope-statement.ts";
import { differences } from "./differences.ts";
import { readCases } from "./read-cases.ts";
import { CONFIG, TENANT } from "./configuration.ts";
import { openTenantDatabase } from "./tenant-database.ts";

test("statements that would leave the tenant by their form are refused, each with a reason", async () => {
  const cases = await readCases("refused.sql");
  expect(cases.length).toBeGreaterThanOrEqual(150);
  const passed: string[] = [];
  for (const each of cases) {
    const end = await scopeStatement(each.sql, each.params, { tenant: TENANT, config: CONFIG }).then(
      ({ text }) => text,
      (error: unknown) => error,
    );
    if (!isTuttiError(end, "access.denied") && !isTuttiError(end, "input.invalid"))
      passed.push(`${each.says}\n${each.sql}\n=> ${String(end)}`);
  }
  expect(passed).toEqual([]);
});

test("statements that only ask for more get what the tenant alone would get, and change nothing of others", async () => {
  await using database = await openTenantDatabase();
  const cases = await readCases("confined.sql");
  expect(cases.length).toBeGreaterThanOrEqual(120);
  const before = await database.foreign();
  const wrong: string[] = [];
  for (const each of cases) wrong.push(...(await differences(each, database, before)));
  expect(wrong).toEqual([]);
});
