import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { Json } from "tutti/server";
import type { Params } from "../database-engine.ts";
import type { SqlParameter } from "../sql-text.ts";
import { Refusal } from "./refusal.ts";

/** What is given to the methods of a statement for its values. @throws Refusal - they do not fit the places for them */
export function bindValues(params: Params, places: readonly SqlParameter[]): Parameters<StatementSync["all"]> {
  const texts = new Set(places.map(({ text }) => text));
  if (!isList(params)) return [named(params, texts)];
  // As PostgreSQL writes them, so that the same statement can be used with both.
  if ([...texts].some((text) => /^\$\d+$/.test(text))) return [named(dollars(params), texts)];
  const count = positions(places);
  if (count !== params.length) throw new Refusal(`the statement has ${count} places for values, and ${params.length} are given`);
  return params.map(bound) as Parameters<StatementSync["all"]>;
}

function isList(params: Params): params is readonly Json[] {
  return Array.isArray(params);
}

/** `?` is one more than the highest before it; the same `:name` is one place. */
function positions(places: readonly SqlParameter[]): number {
  const names = new Set<string>();
  let highest = 0;
  for (const { text } of places) {
    if (text === "?") highest += 1;
    else if (text.startsWith("?")) highest = Math.max(highest, Number(text.slice(1)));
    else if (!names.has(text)) {
      names.add(text);
      throw new Refusal(`the place ${text} has a name: give params as an object, such as {"${text.slice(1)}": ...}`);
    }
  }
  return highest;
}

function dollars(params: readonly Json[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(params.map((value, index) => [`$${index + 1}`, value]));
}

function named(params: Readonly<Record<string, Json>>, texts: ReadonlySet<string>): Record<string, SQLInputValue> {
  const given = new Map(Object.entries(params));
  const values: [string, SQLInputValue][] = [];
  for (const text of texts) {
    if (text.startsWith("?")) throw new Refusal("the statement has places without names: give params as a list");
    const key = given.has(text) ? text : text.slice(1);
    const value = given.get(key);
    if (value === undefined) throw new Refusal(`there is no value for ${text}`);
    given.delete(key);
    values.push([text, bound(value)]);
  }
  const [extra] = given.keys();
  if (extra !== undefined) throw new Refusal(`the statement has no place for "${extra.slice(0, 100)}"`);
  return Object.fromEntries(values);
}

/** Whole numbers stay whole: SQLite would otherwise divide 5 by 2 to 2.5. Lists and objects become JSON text. */
function bound(value: Json): SQLInputValue {
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  // SQLite would store another character instead.
  if (typeof value === "string" && !value.isWellFormed())
    throw new Refusal("a value is no Unicode text: it has half a surrogate pair in it");
  return typeof value === "string" || value === null ? value : JSON.stringify(value);
}
