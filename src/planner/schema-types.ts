import { isJsonArray, type Json } from "../base/json.ts";
import type { JsonType, Schema, SchemaObject } from "./schema.ts";

/** A set of JSON types, one bit each. A number that is whole and one that is not are two types. */
export type TypeSet = number;

const NULL = 1;
const BOOLEAN = 2;
const WHOLE = 4;
const FRACTION = 8;
const STRING = 16;
const LIST = 32;
const OBJECT = 64;

/** The sets that have a name. */
export const TYPES: Readonly<Record<"none" | "null" | "boolean" | "string" | "list" | "object" | "any", TypeSet>> = {
  none: 0,
  null: NULL,
  boolean: BOOLEAN,
  string: STRING,
  list: LIST,
  object: OBJECT,
  any: 127,
};

const BITS: Readonly<Record<JsonType, TypeSet>> = {
  null: NULL,
  boolean: BOOLEAN,
  integer: WHOLE,
  number: WHOLE | FRACTION,
  string: STRING,
  array: LIST,
  object: OBJECT,
};

/** Schemas never change, and most are asked for again by every step that uses the tool. */
const known = new WeakMap<SchemaObject, TypeSet>();

/** The types that a value which fits the schema can have: never too few, perhaps too many. */
export function possibleTypes(schema: Schema): TypeSet {
  if (typeof schema === "boolean") return schema ? TYPES.any : TYPES.none;
  const found = known.get(schema);
  if (found !== undefined) return found;
  known.set(schema, TYPES.any); // What a schema that contains itself finds.
  let types: TypeSet = schema.type === undefined ? TYPES.any : union(schema.type.map((type) => BITS[type]));
  if (schema.const !== undefined) types &= typeOf(schema.const);
  if (schema.enum !== undefined) types &= union(schema.enum.map(typeOf));
  for (const part of schema.allOf ?? []) types &= possibleTypes(part);
  for (const parts of [schema.anyOf, schema.oneOf]) {
    if (parts !== undefined) types &= union(parts.map((part) => possibleTypes(part)));
  }
  known.set(schema, types);
  return types;
}

/** The one type of a value. */
export function typeOf(value: Json): TypeSet {
  if (value === null) return NULL;
  if (isJsonArray(value)) return LIST;
  switch (typeof value) {
    case "boolean":
      return BOOLEAN;
    case "number":
      return Number.isInteger(value) ? WHOLE : FRACTION;
    case "string":
      return STRING;
    default:
      return OBJECT;
  }
}

/** For messages: `a string`, `a number or null`, `a list, an object or null`. */
export function describeTypes(types: TypeSet): string {
  const names: string[] = [];
  if (types & STRING) names.push("a string");
  if (types & FRACTION) names.push("a number");
  else if (types & WHOLE) names.push("a whole number");
  if (types & BOOLEAN) names.push("true or false");
  if (types & LIST) names.push("a list");
  if (types & OBJECT) names.push("an object");
  if (types & NULL) names.push("null");
  const last = names.pop() ?? "nothing";
  return names.length === 0 ? last : `${names.join(", ")} or ${last}`;
}

function union(sets: readonly TypeSet[]): TypeSet {
  let all: TypeSet = TYPES.none;
  for (const types of sets) all |= types;
  return all;
}
