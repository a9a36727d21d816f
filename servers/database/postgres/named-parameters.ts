import type { Json } from "tutti/server";
import { refuse } from "../../kit/reference-server.ts";
import type { Params } from "../database-engine.ts";

/** A statement as PostgreSQL takes it, with `$1`, `$2`, ... */
export interface PositionalStatement {
  readonly query: string;
  readonly params: readonly Json[];
}

/** Comments and quoted things, which may hold anything; casts; then the places. */
const PART =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$(?:[A-Za-z_]\w*)?\$|::|:[A-Za-z_]\w*/g;

/** Gives places with names numbers. A mistake in here can only make a statement that is refused: it is parsed after this. */
export function positionalStatement(query: string, params: Params): PositionalStatement {
  if (isList(params)) return { query, params: params.map(bound) };
  const names: string[] = [];
  const text = query.replaceAll(PART, (part) => {
    if (part.startsWith("$")) throw refuse("a statement with dollar quotes takes params as a list");
    if (!part.startsWith(":") || part === "::") return part;
    const name = part.slice(1);
    if (!Object.hasOwn(params, name) && !Object.hasOwn(params, part)) throw refuse(`there is no value for ${part}`);
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  const extra = Object.keys(params).find((key) => !names.includes(key.replace(/^:/, "")));
  if (extra !== undefined) throw refuse(`the statement has no place for "${extra.slice(0, 100)}"`);
  return { query: text, params: names.map((name) => bound(params[name] ?? params[`:${name}`] ?? null)) };
}

function isList(params: Params): params is readonly Json[] {
  return Array.isArray(params);
}

/** Lists and objects are JSON text, as with SQLite; the driver would make arrays of PostgreSQL of lists. */
function bound(value: Json): Json {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
