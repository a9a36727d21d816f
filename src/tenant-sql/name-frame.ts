import { isJsonObject, type JsonObject } from "../base/json.ts";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { FUNCTION_RESULTS } from "./allowed-names.ts";
import { fieldsOf, namesOf, partsOf, textOf, unwrap, type Wrapped } from "./sql-tree.ts";
import { configuredTable } from "./table-config.ts";

/**
 * What may stand behind a dot, at one level of a statement: by the name of a table, a query or a function, its columns.
 * PostgreSQL takes `x.f` for `f(x)` when x has no column f, which would be a way to call any function of one argument:
 * `SELECT u.pg_sleep FROM unnest(ARRAY[60]) AS u`.
 */
export interface NameFrame {
  /** A name that is given twice has two entries. */
  readonly names: readonly NamedSource[];
  /** Not where a FROM is still being read: parts of it see some of its names, and instead of others those around it. */
  readonly whole: boolean;
}

interface NamedSource {
  readonly name: string;
  /** Of a derived table or a query in WITH all are possible; as a whole it is a record, which no dangerous function takes. */
  readonly columns: readonly string[] | "any";
}

/** The names that the sources of a SELECT, INSERT, UPDATE or DELETE give. */
export function nameFrame(fields: JsonObject, config: DatabaseInjectorConfig): NameFrame {
  const read = [...partsOf(fields["fromClause"]), ...partsOf(fields["usingClause"])].flatMap((part) => sourcesOf(part, config));
  const target = isJsonObject(fields["relation"]) ? targetNames(fields["relation"], fields, config) : [];
  return { names: [...target, ...read], whole: true };
}

/**
 * Whether `qualifier.name` is a column, as far as it can be told.
 *
 * @param frames - the innermost level first
 */
export function allowsColumn(frames: readonly NameFrame[], qualifier: string, name: string): boolean {
  let known = false;
  for (const { names, whole } of frames) {
    const meant = names.filter((source) => source.name === qualifier);
    if (!meant.every(({ columns }) => columns === "any" || columns.includes(name))) return false;
    if (meant.length > 0) known = true;
    if (known && whole) return true;
  }
  return known;
}

/** Whether `(value).name` is a column, as far as it can be told: here only names count that no caller can choose. */
export function allowsField(config: DatabaseInjectorConfig, name: string): boolean {
  return FUNCTION_RESULTS.has(name) || Object.values(config.tables).some((table) => table.columns.includes(name));
}

function sourcesOf(part: Wrapped, config: DatabaseInjectorConfig): readonly NamedSource[] {
  const { kind, fields }: { readonly kind: string; readonly fields: JsonObject } = unwrap(part) ?? { kind: "", fields: {} };
  switch (kind) {
    case "RangeVar":
      return [tableSourceOf(fields, config)];
    case "RangeFunction":
      return [functionSourceOf(fields)];
    case "JoinExpr":
      return [...sourcesOf(sideOf(fields, "larg"), config), ...sourcesOf(sideOf(fields, "rarg"), config), ...aliasesOf(fields)];
    default:
      return aliasesOf(fields);
  }
}

function sideOf(fields: JsonObject, side: "larg" | "rarg"): Wrapped {
  return isJsonObject(fields[side]) ? fields[side] : {};
}

function aliasesOf(fields: JsonObject): readonly NamedSource[] {
  return [fields["alias"], fields["join_using_alias"]].flatMap((alias) => {
    return isJsonObject(alias) ? [{ name: textOf(alias["aliasname"]), columns: "any" as const }] : [];
  });
}

function tableSourceOf(fields: JsonObject, config: DatabaseInjectorConfig): NamedSource {
  const name = textOf(fields["relname"]);
  const table = configuredTable(config, name);
  const alias = aliasOf(fields);
  return { name: alias.name ?? name, columns: table === undefined ? "any" : [...table.columns, ...alias.columns] };
}

function functionSourceOf(fields: JsonObject): NamedSource {
  const items = partsOf(fields["functions"]).map((entry) => partsOf(fieldsOf(entry, "List")?.["items"]));
  const calls = items.flatMap(([call]) => namesOf(fieldsOf(call, "FuncCall")?.["funcname"])?.at(-1) ?? []);
  const defined = [...partsOf(fields["coldeflist"]), ...items.flatMap(([, columns]) => partsOf(fieldsOf(columns, "List")?.["items"]))];
  const columns = defined.map((definition) => textOf(fieldsOf(definition, "ColumnDef")?.["colname"]));
  const alias = aliasOf(fields);
  const name = alias.name ?? calls[0] ?? "";
  // Of several columns the aliases name the first ones; with one, the alias is its name.
  return { name, columns: [...FUNCTION_RESULTS, ...calls, name, ...alias.columns, ...columns] };
}

function aliasOf(fields: JsonObject): { readonly name: string | undefined; readonly columns: readonly string[] } {
  const alias = fields["alias"];
  return isJsonObject(alias)
    ? { name: textOf(alias["aliasname"]), columns: namesOf(alias["colnames"]) ?? [] }
    : { name: undefined, columns: [] };
}

/** The table that is changed, and the names that its rows have in ON CONFLICT and RETURNING. */
function targetNames(relation: JsonObject, fields: JsonObject, config: DatabaseInjectorConfig): readonly NamedSource[] {
  const { name, columns } = tableSourceOf(relation, config);
  const returning = isJsonObject(fields["returningClause"]) ? partsOf(fields["returningClause"]["options"]) : [];
  const given = returning.map((option) => textOf(fieldsOf(option, "ReturningOption")?.["value"]));
  return [name, "excluded", "old", "new", ...given].map((each) => ({ name: each, columns }));
}
