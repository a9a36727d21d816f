import { printDuration } from "../../base/duration.ts";

/**
 * What a part of an expression can be worth: JSON, and a few things that only exist while an expression runs. A whole
 * number that the expression itself makes (`2`, `size(x)`, `index`) is a bigint and divides without a fraction, as
 * CEL says; numbers that come from JSON are doubles.
 */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Value[]
  | { readonly [key: string]: Value }
  | Timestamp
  | Duration
  | Optional
  | TypeName;

/** A map of values; JSON calls it an object. */
export type ValueMap = { readonly [key: string]: Value };

// Classes, although they own nothing: data that came as JSON can then never pass for one of them.

/** A moment, in milliseconds since 1970. */
export class Timestamp {
  readonly epochMs: number;
  constructor(epochMs: number) {
    this.epochMs = epochMs;
  }
}

/** A length of time, which may be negative. */
export class Duration {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A value that may be missing: what `.?` gives. */
export class Optional {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** What `type(x)` gives. */
export class TypeName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export type Kind = "null" | "bool" | "int" | "double" | "string" | "list" | "map" | "timestamp" | "duration" | "optional" | "type";

export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "double";
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    default:
      return kindOfObject(value);
  }
}

function kindOfObject(value: Exclude<Value, string | number | bigint | boolean>): Kind {
  if (value === null) return "null";
  if (isList(value)) return "list";
  if (value instanceof Optional) return "optional";
  if (value instanceof Timestamp) return "timestamp";
  if (value instanceof Duration) return "duration";
  return value instanceof TypeName ? "type" : "map";
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return typeof value === "object" && kindOfObject(value) === "map";
}

const WORDS: Readonly<Record<Kind, string>> = {
  null: "null",
  bool: "true or false",
  int: "a number",
  double: "a number",
  string: "a string",
  list: "a list",
  map: "an object",
  timestamp: "a timestamp",
  duration: "a duration",
  optional: "an optional (write .orValue(...) after it)",
  type: "a type",
};

/** The kind of a value in words for a message, which never shows the value itself: it may hold a secret. */
export function describeKind(value: Value): string {
  return WORDS[kindOf(value)];
}

/** A duration as a workflow file has it: `"1h30m"`, with a minus sign when it is negative. */
export function durationText(duration: Duration): string {
  return duration.ms < 0 ? `-${printDuration(-duration.ms)}` : printDuration(duration.ms);
}
