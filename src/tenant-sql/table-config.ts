import type { DatabaseInjectorConfig, DatabaseTableConfig } from "../model/server.ts";

/** The table of this name, when queries may use it. */
export function configuredTable(config: DatabaseInjectorConfig, name: string): DatabaseTableConfig | undefined {
  return Object.hasOwn(config.tables, name) ? config.tables[name] : undefined;
}

/** The column that names the tenant in a table of tenants. */
export function tenantColumn(config: DatabaseInjectorConfig, table: DatabaseTableConfig): string {
  return table.tenantColumn ?? config.tenantColumn ?? "tenant_id";
}

/** The filters that concern a table: of each, its column and the allowed values. */
export function securityFilters(
  config: DatabaseInjectorConfig,
  table: DatabaseTableConfig,
): readonly (readonly [string, readonly (string | number | boolean)[]])[] {
  if (table.kind === "shared") return [];
  return Object.entries(config.securityFilters ?? {}).filter(([column]) => table.columns.includes(column));
}
