import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { namesOf, textOf } from "./sql-tree.ts";

/** Comparisons fail for no value, whatever rows they are tried on. */
const COMPARISONS: ReadonlySet<string> = new Set(["=", "<>", "!=", "<", ">", "<=", ">=", "BETWEEN", "NOT BETWEEN"]);
const AGGREGATES: ReadonlySet<string> = new Set(["count", "sum", "avg", "min", "max", "array_agg"]);
const LOUD: ReadonlySet<string> = new Set([
  "TypeCast",
  "A_Indirection",
  "RangeFunction",
  "CollateClause",
  "SubLink",
  "MultiAssignRef",
  "RowExpr",
]);

/**
 * Whether nothing in a statement can fail because of what is in a row, and none of its parts takes noticeably longer for
 * one row than for another. Only then may the database choose in which order it evaluates our conditions and the caller's.
 */
export function isQuiet(part: Json, config: DatabaseInjectorConfig): boolean {
  const columns = new Set(Object.values(config.tables).flatMap((table) => table.columns));
  const quiet = (inner: Json): boolean => {
    if (isJsonArray(inner)) return inner.every(quiet);
    if (!isJsonObject(inner)) return true;
    return Object.entries(inner).every(([kind, value]) => !(isJsonObject(value) && isLoud(kind, value, columns)) && quiet(value));
  };
  return quiet(part);
}

function isLoud(kind: string, fields: JsonObject, columns: ReadonlySet<string>): boolean {
  switch (kind) {
    case "A_Expr":
      return !COMPARISONS.has(namesOf(fields["name"])?.at(-1) ?? "") || textOf(fields["kind"]) === "AEXPR_NULLIF";
    case "FuncCall":
      return !AGGREGATES.has(namesOf(fields["funcname"])?.at(-1) ?? "");
    case "ColumnRef": {
      // A name that is no column may be that of a table: its rows may hold what cannot be compared.
      const [name, ...others] = namesOf(fields["fields"]) ?? [];
      return name !== undefined && others.length === 0 && !columns.has(name);
    }
    default:
      return LOUD.has(kind) || /^(?:Json|SQLValue)/.test(kind);
  }
}
