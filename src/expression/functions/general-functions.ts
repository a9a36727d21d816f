import { LIMITS } from "../limits.ts";
import { checkedInt } from "../values/arithmetic.ts";
import { fail, madeText, spend, spendText } from "../values/evaluation.ts";
import { jsonOf } from "../values/json-of.ts";
import { describeKind, Duration, durationText, isList, isMap, kindOf, Optional, Timestamp, TypeName, type Value } from "../values/value.ts";
import { argumentAt, optionalAt, stringAt, wholeAt, type ExpressionFunction } from "./function-call.ts";

/** What `type(x)` can give, by the name that stands for it in an expression. */
export const TYPE_NAMES: ReadonlyMap<string, TypeName> = new Map(
  ["null_type", "bool", "int", "double", "string", "list", "map", "timestamp", "duration", "optional", "type"].map((name) => [
    name,
    new TypeName(name),
  ]),
);

/** Conversions, sizes and JSON. */
export const GENERAL_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: "size",
    form: "either",
    arity: [1, 1],
    usage: "size(value) or value.size()",
    returns: "int",
    summary: "The number of characters of a string, elements of a list, or keys of an object.",
    run: (call) => {
      const value = argumentAt(call, 0);
      if (isList(value)) return BigInt(value.length);
      if (typeof value === "string") {
        spendText(call.evaluation, value.length);
        return BigInt(characterCount(value));
      }
      if (!isMap(value)) return fail(`size() needs a string, a list or an object, not ${describeKind(value)}`);
      const count = Object.keys(value).length;
      spend(call.evaluation, count);
      return BigInt(count);
    },
  },
  {
    name: "type",
    form: "function",
    arity: [1, 1],
    usage: "type(value)",
    returns: "type",
    summary: "The type of a value, to compare with: type(x) == string. Numbers from JSON are of type double.",
    run: (call) => {
      const kind = kindOf(argumentAt(call, 0));
      return TYPE_NAMES.get(kind === "null" ? "null_type" : kind) ?? null;
    },
  },
  {
    name: "bool",
    form: "function",
    arity: [1, 1],
    usage: "bool(value)",
    returns: "bool",
    summary: 'Reads "true" and "false".',
    run: (call) => {
      const value = argumentAt(call, 0);
      if (typeof value === "boolean") return value;
      if (value === "true" || value === "false") return value === "true";
      return fail(typeof value === "string" ? 'bool() reads only "true" and "false"' : `bool() needs a string, not ${describeKind(value)}`);
    },
  },
  {
    name: "int",
    form: "function",
    arity: [1, 1],
    usage: "int(value)",
    returns: "int",
    summary: "A whole number from a number (without its fraction), a string of digits, or a timestamp (seconds since 1970).",
    run: (call) => toInt(argumentAt(call, 0)),
  },
  {
    name: "double",
    form: "function",
    arity: [1, 1],
    usage: "double(value)",
    returns: "double",
    summary: "A number that divides with a fraction, from a number or a string.",
    run: (call) => toFraction(argumentAt(call, 0)),
  },
  {
    name: "string",
    form: "function",
    arity: [1, 1],
    usage: "string(value)",
    returns: "string",
    summary: "The text of a number, bool, timestamp or duration. For lists and objects there is json().",
    run: (call) => textOf(argumentAt(call, 0)) ?? fail(`string() cannot write ${describeKind(argumentAt(call, 0))}: use json()`),
  },
  {
    name: "json",
    form: "function",
    arity: [1, 1],
    usage: "json(value)",
    returns: "string",
    summary: "The value as JSON text.",
    run: (call) => madeText(call.evaluation, JSON.stringify(jsonOf(argumentAt(call, 0), call.evaluation))),
  },
  {
    name: "parseJson",
    form: "function",
    arity: [1, 1],
    usage: "parseJson(text)",
    returns: "any",
    summary: "The value that JSON text stands for.",
    run: (call) => {
      const text = stringAt(call, 0);
      if (text.length > LIMITS.textLength) return fail("the text that parseJson() is given is too long");
      spend(call.evaluation, text.length >> 2);
      return parsed(text);
    },
  },
  {
    name: "range",
    form: "function",
    arity: [1, 1],
    usage: "range(count)",
    returns: "list",
    summary: "The whole numbers from 0 up to, but without, the count: at most 100,000.",
    run: (call) => {
      const count = wholeAt(call, 0);
      if (count < 0 || count > 100_000) return fail("range() needs a count from 0 to 100000");
      spend(call.evaluation, count);
      return Array.from({ length: count }, (_, place) => BigInt(place));
    },
  },
  {
    name: "optional.of",
    form: "function",
    arity: [1, 1],
    usage: "optional.of(value)",
    returns: "optional",
    summary: "An optional that has a value.",
    run: (call) => new Optional(argumentAt(call, 0)),
  },
  {
    name: "optional.none",
    form: "function",
    arity: [0, 0],
    usage: "optional.none()",
    returns: "optional",
    summary: "An optional that has none.",
    run: () => new Optional(undefined),
  },
  {
    name: "hasValue",
    form: "method",
    arity: [1, 1],
    usage: "optional.hasValue()",
    returns: "bool",
    summary: "Whether an optional has a value.",
    run: (call) => optionalAt(call, 0).value !== undefined,
  },
  {
    name: "value",
    form: "method",
    arity: [1, 1],
    usage: "optional.value()",
    returns: "any",
    summary: "The value of an optional; an error when it is missing.",
    run: (call) => {
      const { value } = optionalAt(call, 0);
      return value === undefined ? fail("the optional has no value: write .orValue(...) for a default") : value;
    },
  },
];

/** The text of a value that has an obvious one. */
export function textOf(value: Value): string | undefined {
  if (value instanceof Timestamp) return new Date(value.epochMs).toISOString();
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeName) return value.name;
  return typeof value === "object" ? undefined : String(value);
}

/** Characters as a person counts them, or nearly: code points, not UTF-16 units. */
function characterCount(text: string): number {
  let count = text.length;
  for (let place = 0; place < text.length - 1; place += 1) {
    const isPair = (text.charCodeAt(place) & 0xfc00) === 0xd800 && (text.charCodeAt(place + 1) & 0xfc00) === 0xdc00;
    if (isPair) count -= 1;
  }
  return count;
}

function toInt(value: Value): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number")
    return Number.isFinite(value) ? checkedInt(BigInt(Math.trunc(value))) : fail("int() needs a finite number");
  if (value instanceof Timestamp) return BigInt(Math.floor(value.epochMs / 1_000));
  if (typeof value !== "string") return fail(`int() needs a number or a string, not ${describeKind(value)}`);
  return /^[+-]?\d{1,19}$/.test(value)
    ? checkedInt(BigInt(value.replace("+", "")))
    : fail("int() cannot read this string as a whole number");
}

function toFraction(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return fail(`double() needs a number or a string, not ${describeKind(value)}`);
  const number = value.length <= 400 && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : fail("double() cannot read this string as a number");
}

function parsed(text: string): Value {
  try {
    // A value of JSON is a Value; the type of JSON.parse does not say so.
    return JSON.parse(text) as Value;
  } catch {
    return fail("parseJson() was given text that is not JSON");
  }
}
