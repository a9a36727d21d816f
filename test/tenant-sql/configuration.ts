import type { DatabaseInjectorConfig, DatabaseTableConfig } from "../../src/model/server.ts";

/** The one of the three tenants that the statements are made for. */
export const TENANT = "acme";

const tenantTable = (columns: string): DatabaseTableConfig => ({ kind: "tenant", columns: columns.split(" ") });

/** The tables of schema.sql that tenants may use. */
export const CONFIG: DatabaseInjectorConfig = {
  kind: "database",
  tables: {
    customers: tenantTable("tenant_id id name email region credit"),
    orders: tenantTable("tenant_id id customer_id status total note placed_at tags"),
    order_lines: tenantTable("tenant_id order_id line sku quantity price"),
    payments: { ...tenantTable("account id order_id amount method paid_on"), tenantColumn: "account" },
    documents: tenantTable("tenant_id id title body keywords"),
    events: tenantTable("tenant_id id kind happened_on took payload"),
    visits: tenantTable("tenant_id id n"),
    countries: { kind: "shared", columns: ["code", "name", "continent"] },
  },
};
