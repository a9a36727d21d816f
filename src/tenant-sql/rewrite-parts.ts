import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { prepareFields } from "./prepare-fields.ts";
import { type MemberRule, REFUSED_WORDS, SHAPES } from "./node-shapes.ts";
import { type NameFrame, nameFrame } from "./name-frame.ts";
import { denied, shown } from "./refusal.ts";
import type { StatementScope } from "./statement-scope.ts";
import { fieldsOf, partsOf, textOf, unwrap, type Wrapped } from "./sql-tree.ts";
import { configuredTable } from "./table-config.ts";
import { realTable, tableSource } from "./table-source.ts";

/** Rewrites a wrapped part and all that is in it; refuses what is in no row of the table of shapes. */
export function rewritePart(part: Wrapped, scope: StatementScope): Wrapped {
  if (Object.keys(part).length === 0) return part; // The parser's word for "nothing here".
  const inner = unwrap(part);
  if (inner === undefined) throw denied("it has a part of an unknown form");
  if (inner.kind === "RangeVar") return tableSource(inner.fields, scope);
  return { [inner.kind]: rewriteFields(inner.kind, inner.fields, scope) };
}

/** Rewrites the fields of a part of this kind. */
export function rewriteFields(kind: string, fields: JsonObject, scope: StatementScope): JsonObject {
  const shape = Object.hasOwn(SHAPES, kind) ? SHAPES[kind] : undefined;
  if (shape === undefined) throw denied(REFUSED_WORDS[kind] ?? `${kind} is not allowed`, scope.placeOf(fields["location"]));
  const { withClause, scope: inner } = openWith(fields["withClause"], scope);
  const frame = frameOf(kind, fields, inner);
  const rewritten: Record<string, Json> = withClause === undefined ? {} : { withClause };
  for (const [name, value] of Object.entries(prepareFields(kind, fields, inner))) {
    if (name === "withClause" || /location$|list_(?:start|end)$/.test(name)) continue;
    const rule = Object.hasOwn(shape, name) ? shape[name] : undefined;
    const member =
      rule === undefined
        ? undefined
        : rewriteMember(rule, value, { ...inner, frames: framesOf(name, fields, { frame, frames: inner.frames }) });
    const words = REFUSED_WORDS[`${kind}.${name}`] ?? `${kind} with ${name} is not allowed`;
    if (member === undefined) throw denied(words, scope.placeOf(fields["location"]));
    rewritten[name] = member;
  }
  return rewritten;
}

/** The names that a part of this kind makes; undefined when it makes none. */
function frameOf(kind: string, fields: JsonObject, scope: StatementScope): NameFrame | undefined {
  return /^(?:Select|Insert|Update|Delete)Stmt$/.test(kind) ? nameFrame(fields, scope.config) : undefined;
}

/** What the names of a part mean: its own, if it has any, and those around it. */
interface SeenNames {
  readonly frame: NameFrame | undefined;
  readonly frames: readonly NameFrame[];
}

/** The names that a member sees. A subquery in FROM without LATERAL sees nothing of that FROM. */
function framesOf(member: string, fields: JsonObject, { frame, frames }: SeenNames): readonly NameFrame[] {
  if (frame === undefined) return member === "subquery" && fields["lateral"] !== true ? frames.slice(1) : frames;
  switch (member) {
    case "larg":
    case "rarg":
    case "selectStmt":
      return frames;
    case "fromClause":
    case "usingClause":
      return [{ ...frame, whole: false }, ...frames];
    default:
      return [frame, ...frames];
  }
}

/** A WITH adds names that the rest of its statement sees; each query in it sees those before it. */
function openWith(clause: Json | undefined, scope: StatementScope): { readonly withClause?: JsonObject; readonly scope: StatementScope } {
  if (!isJsonObject(clause)) return { scope };
  const queries = partsOf(clause["ctes"]).map((part) => fieldsOf(part, "CommonTableExpr") ?? {});
  for (const query of queries) checkQueryName(query, scope);
  const names = queries.map((query) => textOf(query["ctename"]));
  const recursive = clause["recursive"] === true;
  const ctes = queries.map((query, index) => {
    const visible = new Set([...scope.visible, ...(recursive ? names : names.slice(0, index))]);
    return { CommonTableExpr: rewriteFields("CommonTableExpr", query, { ...scope, visible }) };
  });
  const visible = new Set([...scope.visible, ...names]);
  return { withClause: recursive ? { ctes, recursive } : { ctes }, scope: { ...scope, visible } };
}

function checkQueryName(query: JsonObject, scope: StatementScope): void {
  const name = textOf(query["ctename"]);
  const place = scope.placeOf(query["location"]);
  if (configuredTable(scope.config, name) !== undefined)
    throw denied(`a query in WITH may not have the name of the table ${shown(name)}`, place);
  if (/^pg_/i.test(name)) throw denied("a query in WITH may not have a name that begins with pg_", place);
  if (fieldsOf(query["ctequery"], "SelectStmt") === undefined) throw denied("WITH may hold nothing but SELECT and VALUES", place);
}

/** The rewritten member; undefined when the rule does not admit it. */
function rewriteMember(rule: MemberRule, value: Json, scope: StatementScope): Json | undefined {
  if (rule === "plain") return typeof value === "object" ? undefined : value;
  if (rule === "parts") return rewriteParts(value, scope);
  if (rule === "target") return isJsonObject(value) ? realTable(textOf(value["relname"]), value) : undefined;
  if (typeof rule === "string") return isJsonObject(value) ? rewriteFields(rule.slice(1, -1), value, scope) : undefined;
  return typeof value === "string" && rule.includes(value) ? value : undefined;
}

function rewriteParts(value: Json, scope: StatementScope): Json | undefined {
  if (isJsonArray(value)) {
    return value.map((part) => {
      if (!isJsonObject(part)) throw denied("it has a part of an unknown form");
      return rewritePart(part, scope);
    });
  }
  return isJsonObject(value) ? rewritePart(value, scope) : undefined;
}
