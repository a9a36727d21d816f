import fc from "fast-check";
import { expect, test } from "vitest";
import { anyStatement } from "./any-query.ts";
import { differences } from "./differences.ts";
import { openTenantDatabase } from "./tenant-database.ts";

test("whatever a query is put together from, it gives what it gives where no other tenant is", async () => {
  await using database = await openTenantDatabase();
  const before = await database.foreign();
  const seen = { rows: 0, errors: 0 };
  await fc.assert(
    fc.asyncProperty(anyStatement, async (sql) => {
      const { rows, error } = await database.alone(sql, []);
      seen.rows += rows?.length ?? 0;
      seen.errors += error === undefined ? 0 : 1;
      expect(await differences({ says: "generated", sql, params: [] }, database, before)).toEqual([]);
    }),
    { numRuns: 150, endOnFailure: true },
  );
  expect(seen.rows).toBeGreaterThan(50);
  expect(seen.errors).toBeLessThan(100);
});
