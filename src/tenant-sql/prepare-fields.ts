import type { JsonObject } from "../base/json.ts";
import { OPERATORS, SYSTEM_COLUMNS, TYPES } from "./allowed-names.ts";
import { checkFunction } from "./check-function.ts";
import { allowsColumn, allowsField } from "./name-frame.ts";
import { denied, shown } from "./refusal.ts";
import type { StatementScope } from "./statement-scope.ts";
import { fieldsOf, namesOf, partsOf, textOf } from "./sql-tree.ts";

/** Checks the names in a part, whatever it consists of, and makes those of functions unmistakable. */
export function prepareFields(kind: string, fields: JsonObject, scope: StatementScope): JsonObject {
  const place = scope.placeOf(fields["location"]);
  switch (kind) {
    case "ColumnRef":
      return prepareColumn(fields, scope, place);
    case "ParamRef":
      scope.bound.use(Number(fields["number"] ?? 0), place);
      return fields;
    case "FuncCall":
      return checkFunction(fields, scope, place);
    case "TypeName":
      checkType(fields, place);
      return fields;
    case "A_Expr":
      if (!/BETWEEN/.test(textOf(fields["kind"]))) checkOperator(namesOf(fields["name"]), place);
      return fields;
    case "SubLink":
      if (fields["operName"] !== undefined) checkOperator(namesOf(fields["operName"]), place);
      return fields;
    case "A_Indirection":
      checkIndirection(fields, scope, place);
      return fields;
    default:
      return fields;
  }
}

/** `name`, `table.name`, `public.table.name`, each also with `*` for the name. */
function prepareColumn(fields: JsonObject, scope: StatementScope, place: string | undefined): JsonObject {
  const parts = partsOf(fields["fields"]);
  // A star is no String, and so it has no name.
  const names = parts.map((part) => namesOf([part])?.[0]);
  const [name, qualifier, schema, database] = names.toReversed();
  const written = names.map((each) => each ?? "*").join(".");
  if (database !== undefined || (schema ?? "public") !== "public")
    throw denied(`${shown(written)} is in a schema that is not public`, place);
  if (name !== undefined) checkColumnName(name, qualifier, scope, place);
  return schema === undefined ? fields : { ...fields, fields: parts.slice(1) };
}

function checkColumnName(name: string, qualifier: string | undefined, scope: StatementScope, place: string | undefined): void {
  if (SYSTEM_COLUMNS.has(name)) throw denied(`the system column ${name} is not allowed`, place);
  if (qualifier !== undefined && !allowsColumn(scope.frames, qualifier, name)) {
    throw denied(`${shown(`${qualifier}.${name}`)} is no column of a table or query here`, place);
  }
}

/** `(value).name` and `value[1]`. */
function checkIndirection(fields: JsonObject, scope: StatementScope, place: string | undefined): void {
  for (const part of partsOf(fields["indirection"])) {
    const name = fieldsOf(part, "String")?.["sval"];
    if (name !== undefined && !allowsField(scope.config, textOf(name)))
      throw denied(`(...).${shown(textOf(name))} is no column that is known`, place);
  }
}

function checkOperator(names: readonly string[] | undefined, place: string | undefined): void {
  const [schema, operator] = names?.length === 2 ? names : ["pg_catalog", names?.[0]];
  if (schema !== "pg_catalog" || operator === undefined || !OPERATORS.has(operator)) {
    throw denied(`the operator ${shown((names ?? []).join("."))} is not allowed`, place);
  }
}

function checkType(fields: JsonObject, place: string | undefined): void {
  const names = namesOf(fields["names"]);
  const [schema, type] = names?.length === 2 ? names : ["pg_catalog", names?.[0]];
  if (schema !== "pg_catalog" || type === undefined || !TYPES.has(type)) {
    throw denied(`the type ${shown((names ?? []).join("."))} is not allowed`, place);
  }
}
