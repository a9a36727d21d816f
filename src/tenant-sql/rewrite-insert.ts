import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { writtenConstant } from "./constant.ts";
import { denied, shown } from "./refusal.ts";
import { rewriteFields } from "./rewrite-parts.ts";
import type { StatementScope } from "./statement-scope.ts";
import { fieldsOf, isStar, namesOf, partsOf, result, stringPart, textOf, type Wrapped } from "./sql-tree.ts";
import { securityFilters } from "./table-config.ts";
import { tenantParameter } from "./table-source.ts";
import { checkAssignments, checkColumn, checkFiltered, ownRows, type WriteTarget, writeTarget } from "./write-target.ts";

/** Makes every row that an INSERT writes, and every row that it changes in a conflict, one of the tenant. */
export function rewriteInsert(fields: JsonObject, scope: StatementScope): Wrapped {
  const target = writeTarget(fields["relation"], scope);
  const columns = writtenColumns(fields, target, scope);
  const rewritten = rewriteFields("InsertStmt", fields, scope);
  const written = valuesOf(fields["selectStmt"]);
  checkWritten(columns, written, target, scope);
  const clause = rewritten["onConflictClause"];
  const conflict = isJsonObject(clause) ? { onConflictClause: confineConflict(clause, target, scope) } : {};
  const cols = columns.map((name, index) => partsOf(rewritten["cols"])[index] ?? { ResTarget: { name } });
  const complete = columns.includes(target.tenantColumn);
  return {
    InsertStmt: {
      ...rewritten,
      ...conflict,
      cols: complete ? cols : [...cols, { ResTarget: { name: target.tenantColumn } }],
      selectStmt: complete
        ? replaceTenant(rewritten["selectStmt"], target, scope)
        : withTenant(rewritten["selectStmt"], written, tenantParameter(target.name, scope)),
    },
  };
}

/** What an INSERT writes: rows of VALUES, the results of one plain SELECT, or something whose columns cannot be told apart. */
type Written =
  | { readonly type: "nothing" }
  | { readonly type: "rows"; readonly rows: readonly (readonly Wrapped[])[] }
  | { readonly type: "results"; readonly results: readonly Wrapped[] }
  | { readonly type: "query" };

function valuesOf(source: Json | undefined): Written {
  if (source === undefined) return { type: "nothing" };
  const select = fieldsOf(source, "SelectStmt") ?? {};
  const bare = ["sortClause", "limitCount", "limitOffset", "withClause"].every((name) => select[name] === undefined);
  if (select["valuesLists"] !== undefined) {
    return bare
      ? { type: "rows", rows: partsOf(select["valuesLists"]).map((row) => partsOf(fieldsOf(row, "List")?.["items"])) }
      : { type: "query" };
  }
  if (select["op"] !== "SETOP_NONE") return { type: "query" };
  return { type: "results", results: partsOf(select["targetList"]).map((each) => asPart(fieldsOf(each, "ResTarget")?.["val"])) };
}

function asPart(value: Json | undefined): Wrapped {
  return isJsonObject(value) ? value : {};
}

/** The columns that are written, in order. Without a list of names they are the first of the table. */
function writtenColumns(fields: JsonObject, target: WriteTarget, scope: StatementScope): readonly string[] {
  const named = partsOf(fields["cols"]);
  if (named.length > 0) return named.map((part) => checkColumn(fieldsOf(part, "ResTarget") ?? {}, target, scope));
  const written = valuesOf(fields["selectStmt"]);
  const values = written.type === "rows" ? (written.rows[0] ?? []) : written.type === "results" ? written.results : [];
  if (written.type === "query" || values.some(isStar))
    throw denied("an INSERT of a query must name its columns: INSERT INTO t (a, b) SELECT ...");
  if (values.length > target.table.columns.length)
    throw denied(`the table ${shown(target.name)} has ${target.table.columns.length} columns, and ${values.length} values are given`);
  return target.table.columns.slice(0, values.length);
}

/** The tenant, where a row names it, is the caller's own; filtered columns are written, and with allowed values. */
function checkWritten(columns: readonly string[], written: Written, target: WriteTarget, scope: StatementScope): void {
  const filtered = securityFilters(scope.config, target.table).map(([name]) => name);
  const missing = filtered.find((name) => !columns.includes(name));
  if (missing !== undefined)
    throw denied(`an INSERT into ${shown(target.name)} must give ${shown(missing)}, which the security filters name`);
  const guarded = [target.tenantColumn, ...filtered].filter((name) => columns.includes(name));
  if (guarded.length === 0) return;
  const rows = written.type === "rows" ? written.rows : written.type === "results" ? [written.results] : undefined;
  if (rows === undefined || rows.some((row) => row.some(isStar))) {
    throw denied(`${shown(guarded[0] ?? "")} can only be written by VALUES or a plain SELECT without *`);
  }
  for (const row of rows) {
    for (const name of guarded) {
      const value = row[columns.indexOf(name)];
      if (name !== target.tenantColumn) checkFiltered(name, value, target, scope);
      else if (!isOwnTenant(value, written, target, scope))
        throw denied(`${shown(name)} is not the caller's own tenant: leave it out, it is set`);
    }
  }
}

/** A literal or a parameter with the caller's tenant; or, where rows are copied, the column of that name, which is replaced. */
function isOwnTenant(value: Wrapped | undefined, written: Written, target: WriteTarget, scope: StatementScope): boolean {
  return writtenConstant(value, scope.bound) === scope.tenant || (written.type === "results" && isTenantColumn(value, target));
}

function isTenantColumn(value: Json | undefined, target: WriteTarget): boolean {
  return namesOf(fieldsOf(value, "ColumnRef")?.["fields"])?.at(-1) === target.tenantColumn;
}

/** What the caller gave, where it names the tenant; a column of that name is only believed to be meant as the tenant. */
function replaceTenant(source: Json | undefined, target: WriteTarget, scope: StatementScope): Wrapped {
  const select = fieldsOf(source, "SelectStmt") ?? {};
  if (select["targetList"] === undefined) return { SelectStmt: select };
  const targetList = partsOf(select["targetList"]).map((each) =>
    isTenantColumn(fieldsOf(each, "ResTarget")?.["val"], target) ? result(tenantParameter(target.name, scope)) : each,
  );
  return { SelectStmt: { ...select, targetList } };
}

/** Adds the tenant as the last value of each row. */
function withTenant(source: Json | undefined, written: Written, tenant: Wrapped): Wrapped {
  const select = fieldsOf(source, "SelectStmt") ?? {};
  switch (written.type) {
    case "nothing":
      return { SelectStmt: { valuesLists: [{ List: { items: [tenant] } }], ...PLAIN } };
    case "rows": {
      const rows = partsOf(select["valuesLists"]).map((row) => ({
        List: { items: [...partsOf(fieldsOf(row, "List")?.["items"]), tenant] },
      }));
      return { SelectStmt: { ...select, valuesLists: rows } };
    }
    case "results":
      return { SelectStmt: { ...select, targetList: [...partsOf(select["targetList"]), result(tenant)] } };
    case "query":
      return {
        SelectStmt: {
          targetList: [result({ ColumnRef: { fields: [stringPart("given"), { A_Star: {} }] } }), result(tenant)],
          fromClause: [{ RangeSubselect: { subquery: { SelectStmt: select }, alias: { aliasname: "given" } } }],
          ...PLAIN,
        },
      };
  }
}

const PLAIN = { limitOption: "LIMIT_OPTION_DEFAULT", op: "SETOP_NONE" } as const;

/** In a conflict only a row of the tenant is changed, and the conflict is one within the tenant. */
function confineConflict(clause: JsonObject, target: WriteTarget, scope: StatementScope): JsonObject {
  const inferred = isJsonObject(clause["infer"]) ? partsOf(clause["infer"]["indexElems"]) : undefined;
  const names = inferred?.map((part) => textOf(fieldsOf(part, "IndexElem")?.["name"]));
  if (names?.includes(target.tenantColumn) === false) {
    throw denied(`ON CONFLICT must name ${shown(target.tenantColumn)} among its columns, so that no row of another tenant is in its way`);
  }
  if (clause["action"] !== "ONCONFLICT_UPDATE") return clause;
  checkAssignments(clause["targetList"], target, scope);
  const condition = isJsonObject(clause["whereClause"]) ? clause["whereClause"] : undefined;
  return { ...clause, whereClause: ownRows(target, condition, scope) };
}
