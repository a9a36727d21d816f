import type { Json, JsonObject } from "../base/json.ts";
import type { Reading } from "./reading.ts";

/**
 * How one kind of value is read from a file, printed into one, and described to editors. The format is a table of
 * these, so that reading, printing, formatting and the published JSON Schema cannot drift apart.
 */
export interface ValueType<T> {
  /** Undefined when the value is wrong; the reason has been reported then. */
  read(value: Json, reading: Reading): T | undefined;
  /** The canonical form: reading it gives the same value again. */
  print(value: T): Json;
  schema(definitions: SchemaDefinitions): JsonObject;
  /** What may stand inside, for everything that walks through the text of a file. */
  readonly inside?: Inside;
}

/** The named parts of a JSON Schema that is being made (`$defs`). */
export type SchemaDefinitions = Map<string, JsonObject>;

export type Inside =
  | { readonly kind: "fields"; readonly fields: readonly FieldNames[] }
  | { readonly kind: "items"; readonly item: ValueType<unknown> }
  /** One expression, with or without `${{ }}` around it; places within it count from its first character. */
  | { readonly kind: "expression" };

/** One key of an object, without its type in TypeScript. */
export interface FieldNames {
  readonly key: string;
  /** Other spellings that are read but never printed. */
  readonly aliases?: readonly string[];
  readonly type: ValueType<unknown>;
}

/** A type that is read as another and then turned into `Out`; `back` is for printing. */
export function converted<In, Out>(
  type: ValueType<In>,
  turn: (value: In, reading: Reading) => Out | undefined,
  back: (value: Out) => In,
): ValueType<Out> {
  return {
    ...type,
    read(value, reading) {
      const before = type.read(value, reading);
      return before === undefined ? undefined : turn(before, reading);
    },
    print: (value) => type.print(back(value)),
  };
}
