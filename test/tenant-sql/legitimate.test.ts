import { expect, test } from "vitest";
import { differences } from "./differences.ts";
import { readCases } from "./read-cases.ts";
import { openTenantDatabase } from "./tenant-database.ts";

test("what a tenant may ask gives and changes the same as if there were no other tenants", async () => {
  await using database = await openTenantDatabase();
  const cases = await readCases("legitimate.sql");
  expect(cases.length).toBeGreaterThanOrEqual(150);
  const before = await database.foreign();
  const wrong: string[] = [];
  for (const each of cases) wrong.push(...(await differences(each, database, before)));
  expect(wrong).toEqual([]);
});
