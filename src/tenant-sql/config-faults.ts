import { nearest } from "../base/nearest.ts";
import { quoted } from "../base/visible.ts";
import type { DatabaseInjectorConfig, DatabaseTableConfig } from "../model/server.ts";
import { tenantColumn } from "./table-config.ts";

/** What is wrong with a configuration whose every value is right by itself. */
export interface ConfigFault {
  /** As in `tutti.yaml`. */
  readonly path: readonly string[];
  readonly message: string;
}

/** Finds what would confine nothing, or something else than was meant, and that no statement would ever show. */
export function configFaults(config: DatabaseInjectorConfig): readonly ConfigFault[] {
  const tables = Object.entries(config.tables);
  const filterable = [...new Set(tables.flatMap(([, { kind, columns }]) => (kind === "shared" ? [] : columns)))];
  return [
    ...tables.flatMap(([name, table]) => tableFaults(config, name, table)),
    ...Object.keys(config.securityFilters ?? {}).flatMap((column) => filterFaults(column, filterable)),
  ];
}

function tableFaults(config: DatabaseInjectorConfig, name: string, table: DatabaseTableConfig): readonly ConfigFault[] {
  const fault = (key: string, message: string): ConfigFault => ({ path: ["tables", name, key], message });
  const twice = table.columns.find((column, index) => table.columns.indexOf(column) !== index);
  const own = tenantColumn(config, table);
  return [
    ...(twice === undefined ? [] : [fault("columns", `"columns" has ${quoted(twice)} twice`)]),
    ...(table.kind === "shared" && table.tenantColumn !== undefined
      ? [fault("tenant_column", '"tenant_column" is not for a table of kind "shared"')]
      : []),
    ...(table.kind === "tenant" && !table.columns.includes(own)
      ? [fault("columns", `"columns" lacks ${quoted(own)}, which names the tenant of a row; a table for all tenants has the kind "shared"`)]
      : []),
  ];
}

function filterFaults(column: string, filterable: readonly string[]): readonly ConfigFault[] {
  if (filterable.includes(column)) return [];
  const meant = nearest(column, filterable);
  const hint = meant === undefined ? "" : ` - did you mean ${quoted(meant)}?`;
  const message = `no table of tenants has the column ${quoted(column)}, so it would filter nothing${hint}`;
  return [{ path: ["security_filters", column], message }];
}
