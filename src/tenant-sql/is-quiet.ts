import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { namesOf, textOf } from "./sql-tree.ts";

/** Comparisons fail for no value, whatever rows they are tried on. */
const COMPARISONS: ReadonlySet<string> = new Set(["=", "<>", "!=", "<", ">", "<=", ">=", "BETWEEN", "NOT BETWEEN"]);
const AGGREGATES: ReadonlySet<string> = new Set(["count", "sum", "avg", "min", "max", "array_agg"]);
const LOUD: ReadonlySet<string> = new Set(["TypeCast", "A_Indirection", "RangeFunction", "CollateClause", "SubLink", "MultiAssignRef"]);

/**
 * Whether nothing in a statement can fail because of what is in a row, and none of its parts takes noticeably longer for
 * one row than for another. Only then may the database choose in which order it evaluates our conditions and the caller's.
 */
export function isQuiet(part: Json): boolean {
  if (isJsonArray(part)) return part.every(isQuiet);
  if (!isJsonObject(part)) return true;
  return Object.entries(part).every(([kind, value]) => !(isJsonObject(value) && isLoud(kind, value)) && isQuiet(value));
}

function isLoud(kind: string, fields: JsonObject): boolean {
  if (kind === "A_Expr") return !COMPARISONS.has(namesOf(fields["name"])?.at(-1) ?? "") || textOf(fields["kind"]) === "AEXPR_NULLIF";
  if (kind === "FuncCall") return !AGGREGATES.has(namesOf(fields["funcname"])?.at(-1) ?? "");
  return LOUD.has(kind) || /^(?:Json|SQLValue)/.test(kind);
}
