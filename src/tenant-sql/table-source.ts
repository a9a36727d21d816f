import { defined } from "../base/defined.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { DatabaseTableConfig } from "../model/server.ts";
import { denied, shown } from "./refusal.ts";
import type { StatementScope } from "./statement-scope.ts";
import { allOf, column, equal, oneOf, result, textOf, type Wrapped } from "./sql-tree.ts";
import { configuredTable, securityFilters, tenantColumn } from "./table-config.ts";

/**
 * What stands in place of a table where rows are read: a query in WITH stays, a table becomes a subquery that gives the
 * columns that are configured, of the tenant's rows.
 */
export function tableSource(fields: JsonObject, scope: StatementScope): Wrapped {
  const name = textOf(fields["relname"]);
  if (fields["schemaname"] === undefined && scope.visible.has(name)) return { RangeVar: fields };
  const table = tableOf(fields, scope);
  const alias: Json = fields["alias"] ?? { aliasname: name };
  return { RangeSubselect: { subquery: { SelectStmt: rowsOf(name, table, fields, scope) }, alias } };
}

/** The configuration of the table that a reference means; refuses all other tables. */
export function tableOf(fields: JsonObject, scope: StatementScope): DatabaseTableConfig {
  const name = textOf(fields["relname"]);
  const place = scope.placeOf(fields["location"]);
  const schema = fields["schemaname"];
  if (fields["catalogname"] !== undefined || (schema !== undefined && schema !== "public")) {
    throw denied(`the table ${shown(`${textOf(schema)}.${name}`)} is in a schema that is not public`, place);
  }
  const table = configuredTable(scope.config, name);
  if (table === undefined) throw denied(`there is no table ${shown(name)} for tenants`, place);
  return table;
}

/** The table itself, as an INSERT, UPDATE or DELETE names it: with its schema, so that no temporary table is meant. */
export function realTable(name: string, fields: JsonObject): JsonObject {
  return { schemaname: "public", relname: name, relpersistence: "p", ...defined({ inh: fields["inh"], alias: fields["alias"] }) };
}

/** That a row of a table of tenants is the tenant's, and one that may be seen: a list of conditions, at least one. */
export function rowConditions(name: string, refer: (name: string) => Wrapped, scope: StatementScope): Wrapped {
  const table = configuredTable(scope.config, name);
  if (table === undefined) throw denied(`there is no table ${shown(name)} for tenants`);
  const own = equal(refer(tenantColumn(scope.config, table)), tenantParameter(name, scope));
  const filters = securityFilters(scope.config, table).map(([filtered, values]) =>
    oneOf(
      refer(filtered),
      values.map((value) => scope.bound.bind(JSON.stringify([name, filtered, value]), value)),
    ),
  );
  return allOf([own, ...filters]);
}

/** One parameter for each table, because a parameter has one type, and tables may have different ones for the tenant. */
export function tenantParameter(table: string, scope: StatementScope): Wrapped {
  return scope.bound.bind(JSON.stringify([table]), scope.tenant);
}

/**
 * `SELECT t.a, t.b FROM public.t WHERE t.tenant_id = $1 OFFSET 0`. Without the OFFSET the planner may move conditions of
 * the caller into the subquery and evaluate them before ours: `WHERE note::int > 0` would then fail with the note of
 * another tenant in its message. Where nothing can fail it is left out, because with it no index helps the caller.
 * Every column has its table before it, or one that is missing would be taken from the query around.
 */
function rowsOf(name: string, table: DatabaseTableConfig, fields: JsonObject, scope: StatementScope): JsonObject {
  const own = {
    targetList: table.columns.map((each) => result(column(name, each))),
    fromClause: [{ RangeVar: { schemaname: "public", relname: name, relpersistence: "p", ...defined({ inh: fields["inh"] }) } }],
    op: "SETOP_NONE",
  };
  if (table.kind === "shared") return { ...own, ...OPEN };
  const whereClause = rowConditions(name, (each) => column(name, each), scope);
  return { ...own, whereClause, ...(scope.quiet ? OPEN : CLOSED) };
}

const OPEN = { limitOption: "LIMIT_OPTION_DEFAULT" } as const;
const CLOSED = { limitOffset: { A_Const: { ival: {} } }, limitOption: "LIMIT_OPTION_COUNT" } as const;
