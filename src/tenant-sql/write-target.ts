import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { DatabaseTableConfig } from "../model/server.ts";
import { writtenConstant } from "./constant.ts";
import { denied, shown } from "./refusal.ts";
import type { StatementScope } from "./statement-scope.ts";
import { allOf, column, fieldsOf, onlyWhere, partsOf, textOf, type Wrapped } from "./sql-tree.ts";
import { securityFilters, tenantColumn } from "./table-config.ts";
import { rowConditions, tableOf } from "./table-source.ts";

/** The table that a statement changes. */
export interface WriteTarget {
  readonly name: string;
  readonly table: DatabaseTableConfig;
  readonly tenantColumn: string;
  /** That a row is one that the tenant may change. */
  own(): Wrapped;
}

/** Finds the table that a statement changes; refuses those that all tenants share. */
export function writeTarget(relation: Json | undefined, scope: StatementScope): WriteTarget {
  const fields: JsonObject = isJsonObject(relation) ? relation : {};
  const table = tableOf(fields, scope);
  const name = textOf(fields["relname"]);
  if (table.kind === "shared")
    throw denied(`the table ${shown(name)} is shared by all tenants and can only be read`, scope.placeOf(fields["location"]));
  const alias = isJsonObject(fields["alias"]) ? textOf(fields["alias"]["aliasname"]) : name;
  if (["excluded", "old", "new"].includes(alias)) throw denied(`${alias} cannot be the name of the table that is changed`);
  return {
    name,
    table,
    tenantColumn: tenantColumn(scope.config, table),
    own: () => rowConditions(name, (each) => column(alias, each), scope),
  };
}

/**
 * The rows of the target that a statement changes. A condition of the caller that can fail is evaluated for the tenant's
 * rows alone, or its error would tell of others; the first condition is there for the index.
 */
export function ownRows(target: WriteTarget, condition: Wrapped | undefined, scope: StatementScope): Wrapped {
  if (condition === undefined) return target.own();
  return allOf([target.own(), scope.quiet ? condition : onlyWhere(target.own(), condition)]);
}

/** Refuses a SET that would move a row to another tenant, or out of what may be seen. */
export function checkAssignments(assignments: Json | undefined, target: WriteTarget, scope: StatementScope): void {
  for (const part of partsOf(assignments)) {
    const fields = fieldsOf(part, "ResTarget") ?? {};
    const place = scope.placeOf(fields["location"]);
    const name = checkColumn(fields, target, scope);
    if (name === target.tenantColumn) throw denied(`${shown(name)} cannot be set: a row stays with its tenant`, place);
    checkFiltered(name, isJsonObject(fields["val"]) ? fields["val"] : undefined, target, scope);
  }
}

/** The name of a column that is written; only elements of arrays may stand behind it. */
export function checkColumn(fields: JsonObject, target: WriteTarget, scope: StatementScope): string {
  const name = textOf(fields["name"]);
  const place = scope.placeOf(fields["location"]);
  if (!target.table.columns.includes(name)) throw denied(`the table ${shown(target.name)} has no column ${shown(name)} for tenants`, place);
  const guarded = name === target.tenantColumn || filterOf(name, target, scope) !== undefined;
  const behind = partsOf(fields["indirection"]);
  if (behind.some((part) => guarded || !("A_Indices" in part))) throw denied(`${shown(name)} can only be written as a whole`, place);
  return name;
}

/** A column that the security filters name gets only values that they allow, and that can be read in the statement. */
export function checkFiltered(name: string, value: Wrapped | undefined, target: WriteTarget, scope: StatementScope): void {
  const allowed = filterOf(name, target, scope);
  if (allowed === undefined) return;
  const written = writtenConstant(value, scope.bound);
  if (written === undefined || typeof written === "object" || !allowed.map(String).includes(String(written))) {
    throw denied(`${shown(name)} can only be set to a value that the security filters allow, as a literal or a parameter`);
  }
}

function filterOf(name: string, target: WriteTarget, scope: StatementScope): readonly (string | number | boolean)[] | undefined {
  return securityFilters(scope.config, target.table).find(([filtered]) => filtered === name)?.[1];
}
