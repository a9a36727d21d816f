import { expect, test } from "vitest";
import { rowSecurityStatements } from "../../src/tenant-sql/row-security.ts";
import { scopeStatement } from "../../src/tenant-sql/scope-statement.ts";
import { CONFIG, TENANT } from "./configuration.ts";
import { openTenantDatabase } from "./tenant-database.ts";

const { visits: _, ...tables } = CONFIG.tables;
const CONFIGURED = { ...CONFIG, tables };

test("with row security, SQL that was not rewritten meets the rows of the tenant alone, and none without a tenant", async () => {
  await using database = await openTenantDatabase();
  const { engine } = database;
  await engine.exec("CREATE ROLE app NOLOGIN");
  for (let time = 0; time < 2; time += 1) for (const statement of rowSecurityStatements(CONFIGURED, "app")) await engine.exec(statement);
  const asApp = async (tenant: string | undefined, text: string, values: unknown[] = []): Promise<unknown> =>
    await engine
      .transaction(async (transaction) => {
        await transaction.exec("SET LOCAL ROLE app");
        if (tenant !== undefined) await transaction.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
        const { rows, affectedRows = 0 } = await transaction.query(text, values);
        await transaction.rollback();
        return rows.length > 0 ? rows : affectedRows;
      })
      .catch((error: unknown) => String(error));
  expect(await asApp(TENANT, "SELECT count(*)::int AS n FROM orders")).toEqual([{ n: 7 }]);
  expect(await asApp("initech", "SELECT count(*)::int AS n FROM orders")).toEqual([{ n: 9 }]);
  expect(await asApp(undefined, "SELECT count(*)::int AS n FROM orders")).toEqual([{ n: 0 }]);
  expect(await asApp("", "SELECT count(*)::int AS n FROM orders")).toEqual([{ n: 0 }]);
  expect(await asApp("' OR true --", "SELECT count(*)::int AS n FROM payments")).toEqual([{ n: 0 }]);
  expect(await asApp(TENANT, "UPDATE payments SET method = 'x'")).toBe(4);
  expect(await asApp(TENANT, "DELETE FROM events")).toBe(8);
  expect(await asApp(TENANT, "INSERT INTO events (tenant_id, id, kind) VALUES ('globex', 90, 'x')")).toMatch(/row-level security/);
  expect(await asApp(TENANT, "UPDATE events SET tenant_id = 'globex'")).toMatch(/row-level security/);
  expect(await asApp(TENANT, "SELECT count(*)::int AS n FROM countries")).toEqual([{ n: 5 }]);
  expect(await asApp(TENANT, "UPDATE countries SET name = 'x'")).toMatch(/permission denied/);
  expect(await asApp(TENANT, "SELECT * FROM api_keys")).toMatch(/permission denied/);

  const scoped = await scopeStatement("SELECT count(*)::int AS n FROM orders WHERE id < $1", [5], { tenant: TENANT, config: CONFIG });
  expect(await asApp(TENANT, scoped.text, [...scoped.values])).toEqual([{ n: 4 }]);
  expect(await asApp("globex", scoped.text, [...scoped.values])).toEqual([{ n: 0 }]);
});

test("policies hold names and values with quotes as they are, and the security filters", () => {
  const table = { kind: "tenant", columns: ["who", "region"], tenantColumn: 'w"ho' } as const;
  const statements = rowSecurityStatements(
    { kind: "database", tables: { 'o"x': table }, securityFilters: { region: ["it's", "a\\b", 5], nowhere: ["x"] } },
    "app",
  );
  expect(statements[3]).toBe(
    `CREATE POLICY tutti_tenant ON public."o""x" USING ("w""ho"::text = nullif(current_setting('app.tenant_id', true), '') AND "region"::text IN ('it''s', E'a\\\\b', '5')) WITH CHECK ("w""ho"::text = nullif(current_setting('app.tenant_id', true), '') AND "region"::text IN ('it''s', E'a\\\\b', '5'))`,
  );
});
