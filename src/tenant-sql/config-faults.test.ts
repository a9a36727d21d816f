import { expect, test } from "vitest";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { configFaults } from "./config-faults.ts";

const orders = { kind: "tenant", columns: ["id", "tenant_id", "region"] } as const;

function faultsOf(config: Omit<DatabaseInjectorConfig, "kind">): readonly string[] {
  return configFaults({ kind: "database", ...config }).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("nothing is found where every table has its tenant column and every filter a table", () => {
  const payments = { kind: "tenant", tenantColumn: "account", columns: ["account"] } as const;
  const countries = { kind: "shared", columns: ["code"] } as const;
  expect(faultsOf({ tables: { orders, payments, countries }, securityFilters: { region: ["eu"] } })).toEqual([]);
  expect(faultsOf({ tables: {} })).toEqual([]);
});

test.each<readonly [Omit<DatabaseInjectorConfig, "kind">, string]>([
  [
    { tables: { orders: { kind: "tenant", columns: ["id"] } } },
    'tables.orders.columns: "columns" lacks "tenant_id", which names the tenant of a row; a table for all tenants has the kind "shared"',
  ],
  [{ tables: { orders }, tenantColumn: "org" }, 'tables.orders.columns: "columns" lacks "org"'],
  [{ tables: { orders: { ...orders, tenantColumn: "owner" } } }, 'tables.orders.columns: "columns" lacks "owner"'],
  [{ tables: { orders: { kind: "tenant", columns: ["id", "tenant_id", "id"] } } }, 'tables.orders.columns: "columns" has "id" twice'],
  [
    { tables: { codes: { kind: "shared", tenantColumn: "org", columns: ["org"] } } },
    'tables.codes.tenant_column: "tenant_column" is not for a table of kind "shared"',
  ],
  [
    { tables: { orders }, securityFilters: { regoin: ["eu"] } },
    'security_filters.regoin: no table of tenants has the column "regoin", so it would filter nothing - did you mean "region"?',
  ],
  [
    { tables: { codes: { kind: "shared", columns: ["region"] } }, securityFilters: { region: ["eu"] } },
    'security_filters.region: no table of tenants has the column "region", so it would filter nothing',
  ],
])("of %j it is told that %s", (config, fault) => {
  expect(faultsOf(config)).toEqual([expect.stringContaining(fault)]);
});
