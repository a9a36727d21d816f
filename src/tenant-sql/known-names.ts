import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { FUNCTION_RESULTS } from "./allowed-names.ts";
import { configuredTable } from "./table-config.ts";
import { namesOf, partsOf, textOf, unwrap } from "./sql-tree.ts";

/**
 * What may stand behind a dot. PostgreSQL takes `x.f` for `f(x)` when x has no column f, which would be a way to call
 * any function of one argument: `SELECT u.pg_sleep FROM unnest(ARRAY[60]) AS u`.
 */
export interface KnownNames {
  /** Whether `qualifier.name` can be a column. */
  allows(qualifier: string, name: string): boolean;
  /** Whether `(value).name` can be a column. */
  allowsField(name: string): boolean;
}

/** A derived table or a CTE can have columns of any name, and as a whole it is a record, which no dangerous function takes. */
const ANY = "any";

/** Reads all names that the parts of a statement give to tables, and the columns that those have. */
export function readKnownNames(statement: Json, config: DatabaseInjectorConfig): KnownNames {
  const qualifiers = new Map<string, Set<string> | typeof ANY>();
  const add = (qualifier: string, columns: readonly string[] | typeof ANY): void => {
    const before = qualifiers.get(qualifier);
    if (before === ANY || columns === ANY) qualifiers.set(qualifier, ANY);
    else qualifiers.set(qualifier, new Set([...(before ?? []), ...columns]));
  };
  const fields = new Set([...FUNCTION_RESULTS, ...Object.values(config.tables).flatMap((table) => table.columns)]);
  visit(statement, (kind, part) => {
    const found = qualifierOf(kind, part, config);
    if (found === undefined) return;
    add(found.name, found.columns);
    if (kind === "RangeFunction" && found.columns !== ANY) for (const name of definedColumns(part)) fields.add(name);
    if (kind === "target" && found.columns !== ANY)
      for (const name of ["excluded", "old", "new", ...renamed(part)]) add(name, found.columns);
  });
  return {
    allows: (qualifier, name) => {
      const columns = qualifiers.get(qualifier);
      return columns === ANY || columns?.has(name) === true;
    },
    allowsField: (name) => fields.has(name),
  };
}

interface Qualifier {
  readonly name: string;
  readonly columns: readonly string[] | typeof ANY;
}

function qualifierOf(kind: string, part: JsonObject, config: DatabaseInjectorConfig): Qualifier | undefined {
  switch (kind) {
    case "RangeVar":
      return tableQualifier(part, config);
    case "target":
      return isJsonObject(part["relation"]) ? tableQualifier(part["relation"], config) : undefined;
    case "RangeFunction":
      return functionQualifier(part);
    case "Alias":
      return { name: textOf(part["aliasname"]), columns: ANY };
    default:
      return undefined;
  }
}

function tableQualifier(part: JsonObject, config: DatabaseInjectorConfig): Qualifier {
  const name = textOf(part["relname"]);
  const table = configuredTable(config, name);
  const alias = aliasOf(part);
  return { name: alias?.name ?? name, columns: table === undefined ? ANY : [...table.columns, ...(alias?.columns ?? [])] };
}

function functionQualifier(part: JsonObject): Qualifier {
  const alias = aliasOf(part);
  const functions = partsOf(part["functions"])
    .flatMap((entry) => partsOf(unwrap(entry)?.fields["items"]))
    .map((call) => namesOf(unwrap(call)?.fields["funcname"])?.at(-1) ?? "");
  const name = alias?.name ?? functions[0] ?? "";
  return { name, columns: [...FUNCTION_RESULTS, ...functions, name, ...(alias?.columns ?? []), ...definedColumns(part)] };
}

function definedColumns(part: JsonObject): readonly string[] {
  const inList = partsOf(part["functions"]).flatMap((entry) => partsOf(unwrap(entry)?.fields["items"]));
  const lists = inList.flatMap((item) => partsOf(unwrap(item)?.fields["items"]));
  return [...partsOf(part["coldeflist"]), ...lists].map((definition) => textOf(unwrap(definition)?.fields["colname"]));
}

/** Names that `RETURNING WITH (OLD AS o)` gives to the rows of the target. */
function renamed(part: JsonObject): readonly string[] {
  const clause = part["returningClause"];
  return isJsonObject(clause) ? partsOf(clause["options"]).map((option) => textOf(unwrap(option)?.fields["value"])) : [];
}

function aliasOf(part: JsonObject): { readonly name: string; readonly columns: readonly string[] } | undefined {
  const alias = part["alias"];
  return isJsonObject(alias) ? { name: textOf(alias["aliasname"]), columns: namesOf(alias["colnames"]) ?? [] } : undefined;
}

/** Sees every part once: tables and functions with their aliases, and all other aliases, as those of joins and subqueries. */
function visit(part: Json, see: (kind: string, fields: JsonObject) => void): void {
  if (isJsonArray(part)) {
    for (const element of part) visit(element, see);
    return;
  }
  if (!isJsonObject(part)) return;
  for (const [key, value] of Object.entries(part)) {
    if (isJsonObject(value)) {
      if (/^(?:Insert|Update|Delete)Stmt$/.test(key)) see("target", value);
      else if (key === "RangeVar" || key === "RangeFunction") see(key, value);
      else if (key === "alias" || key === "join_using_alias") see(aliasKind(part), value);
    }
    visit(value, see);
  }
}

/** The alias of a table or function was seen with it. */
function aliasKind(owner: JsonObject): string {
  return "relname" in owner || "functions" in owner ? "" : "Alias";
}
