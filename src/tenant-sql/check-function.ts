import type { Json, JsonObject } from "../base/json.ts";
import { FUNCTIONS } from "./allowed-names.ts";
import { denied, shown } from "./refusal.ts";
import { seriesLength } from "./series-length.ts";
import type { StatementScope } from "./statement-scope.ts";
import { namesOf, partsOf, stringPart, type Wrapped } from "./sql-tree.ts";
import { constantOf } from "./constant.ts";

/** Text that a function makes, in characters, and rows of a series. */
const MADE_MAX = 10_000;

/** Functions whose result is as long as one argument says: its position. */
const LENGTH_ARGUMENT: Readonly<Record<string, number>> = { repeat: 1, lpad: 1, rpad: 1 };

/**
 * Refuses a function that is not on the list, and one that would make an enormous result. The name gets its schema, so
 * that a function of the same name in another schema is never meant.
 */
export function checkFunction(fields: JsonObject, scope: StatementScope, place: string | undefined): JsonObject {
  const names = namesOf(fields["funcname"]) ?? [];
  const [schema, name] = names.length === 1 ? ["pg_catalog", names[0]] : names;
  if (names.length > 2 || schema !== "pg_catalog" || name === undefined || !FUNCTIONS.has(name)) {
    throw denied(`the function ${shown(names.join("."))} is not allowed`, place);
  }
  checkSize(name, partsOf(fields["args"]), scope, place);
  return { ...fields, funcname: [stringPart("pg_catalog"), stringPart(name)] };
}

function checkSize(name: string, args: readonly Wrapped[], scope: StatementScope, place: string | undefined): void {
  const constants = args.map((arg) => constantOf(arg, scope.bound));
  const position = LENGTH_ARGUMENT[name];
  if (position !== undefined && !(Number(constants[position] ?? Number.NaN) <= MADE_MAX)) {
    throw denied(`${name} needs a length of at most ${MADE_MAX}, as a literal or a parameter`, place);
  }
  if (name === "format" && !smallFormat(constants[0])) {
    throw denied("format needs a literal or a parameter, without widths of over 3 digits", place);
  }
  if (name === "generate_series" && !(seriesLength(constants) <= MADE_MAX)) {
    throw denied(
      `generate_series needs limits as literals or parameters (of dates with a step like '1 day'), and at most ${MADE_MAX} rows`,
      place,
    );
  }
}

function smallFormat(format: Json | undefined): boolean {
  return typeof format === "string" && !format.includes("*") && !/%[^%]*\d{4}/.test(format);
}
