import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";

/**
 * A part of a parsed statement. The parser wraps most parts as `{ Kind: fields }`; where only one kind can stand, the
 * fields stand there alone. Members that have their default value are left out.
 */
export type Wrapped = JsonObject;

/** The kind and the fields of a wrapped part; undefined for the empty object, which stands for "nothing". */
export function unwrap(node: Wrapped): { readonly kind: string; readonly fields: JsonObject } | undefined {
  const [entry, ...others] = Object.entries(node);
  if (entry === undefined || others.length > 0 || !isJsonObject(entry[1])) return undefined;
  return { kind: entry[0], fields: entry[1] };
}

/** The fields of a wrapped part when it is of this kind. */
export function fieldsOf(node: Json | undefined, kind: string): JsonObject | undefined {
  const fields = isJsonObject(node) ? node[kind] : undefined;
  return isJsonObject(fields) ? fields : undefined;
}

/** A list of wrapped parts; a member that is left out is an empty list. */
export function partsOf(list: Json | undefined): readonly Wrapped[] {
  return isJsonArray(list) ? list.filter((part) => isJsonObject(part)) : [];
}

/** A member that is text; names that are left out are empty. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The texts of a list of `String` parts, as in `schema.name`; undefined when something else is among them. */
export function namesOf(list: Json | undefined): readonly string[] | undefined {
  const names: string[] = [];
  for (const part of partsOf(list)) {
    const fields = fieldsOf(part, "String");
    if (fields === undefined) return undefined;
    names.push(textOf(fields["sval"]));
  }
  return names;
}

/** Whether a part is `*`, `x.*` or `(x).*`, which stands for a number of values that only the database knows. */
export function isStar(node: Json | undefined): boolean {
  const parts = partsOf(fieldsOf(node, "ColumnRef")?.["fields"] ?? fieldsOf(node, "A_Indirection")?.["indirection"]);
  return parts.some((part) => "A_Star" in part);
}

export function stringPart(text: string): Wrapped {
  return { String: { sval: text } };
}

export function column(table: string, name: string): Wrapped {
  return { ColumnRef: { fields: [stringPart(table), stringPart(name)] } };
}

export function parameter(number: number): Wrapped {
  return { ParamRef: { number } };
}

/** A result of a SELECT. */
export function result(value: Wrapped): Wrapped {
  return { ResTarget: { val: value } };
}

export function equal(left: Wrapped, right: Wrapped): Wrapped {
  return { A_Expr: { kind: "AEXPR_OP", name: [stringPart("=")], lexpr: left, rexpr: right } };
}

export function oneOf(left: Wrapped, values: readonly Wrapped[]): Wrapped {
  if (values.length === 0) return FALSE;
  return { A_Expr: { kind: "AEXPR_IN", name: [stringPart("=")], lexpr: left, rexpr: { List: { items: values } } } };
}

/** All conditions at one level, as the parser reads `a AND b AND c`. */
export function allOf(conditions: readonly Wrapped[]): Wrapped {
  const flat = conditions.flatMap((condition) => {
    const inner = fieldsOf(condition, "BoolExpr");
    return inner?.["boolop"] === "AND_EXPR" ? partsOf(inner["args"]) : [condition];
  });
  const [only, ...others] = flat;
  return only !== undefined && others.length === 0 ? only : { BoolExpr: { boolop: "AND_EXPR", args: flat } };
}

/** The condition, which is not evaluated at all where the guard does not hold. */
export function onlyWhere(guard: Wrapped, condition: Wrapped): Wrapped {
  return { CaseExpr: { args: [{ CaseWhen: { expr: guard, result: condition } }], defresult: FALSE } };
}

const FALSE: Wrapped = { A_Const: { boolval: {} } };
