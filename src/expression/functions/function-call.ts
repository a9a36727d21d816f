import { isNumber, toDouble } from "../values/arithmetic.ts";
import { fail, spend, type Evaluation } from "../values/evaluation.ts";
import { describeKind, isList, Optional, Timestamp, type Value } from "../values/value.ts";

/** A function of the language, with what docs/workflow-file.md says of it. */
export interface ExpressionFunction {
  /** `split`, or with its namespace `math.round`. */
  readonly name: string;
  /** Called as `name(a, b)`, as `a.name(b)`, or as either. */
  readonly form: "function" | "method" | "either";
  /** The least and most arguments; the receiver of a method counts. */
  readonly arity: readonly [number, number];
  readonly usage: string;
  readonly returns: string;
  readonly summary: string;
  readonly run: (call: FunctionCall) => Value;
  /** Looks at the arguments that are literals, undefined for the others, before anything runs; says what is wrong. */
  readonly checkLiterals?: (values: readonly (Value | undefined)[]) => string | undefined;
}

/** One call while it runs. The receiver of a method is the first argument. */
export interface FunctionCall {
  readonly name: string;
  /** Whether it is written after a dot. */
  readonly method: boolean;
  readonly arguments: readonly Value[];
  readonly evaluation: Evaluation;
}

/** An argument that may be anything, and is there because the arity was checked. */
export function argumentAt(call: FunctionCall, place: number): Value {
  return call.arguments[place] ?? null;
}

export function stringAt(call: FunctionCall, place: number): string {
  const value = argumentAt(call, place);
  return typeof value === "string" ? value : failKind(call, place, "a string");
}

/** A list; its length is paid for, because whoever asks goes through it. */
export function listAt(call: FunctionCall, place: number): readonly Value[] {
  const value = argumentAt(call, place);
  if (!isList(value)) return failKind(call, place, "a list");
  spend(call.evaluation, value.length);
  return value;
}

function numberAt(call: FunctionCall, place: number): number {
  const value = argumentAt(call, place);
  return isNumber(value) ? toDouble(value) : failKind(call, place, "a number");
}

/** A whole number, of either kind. */
export function wholeAt(call: FunctionCall, place: number): number {
  const value = numberAt(call, place);
  return Number.isSafeInteger(value) ? value : failKind(call, place, "a whole number");
}

export function timestampAt(call: FunctionCall, place: number): Timestamp {
  const value = argumentAt(call, place);
  return value instanceof Timestamp ? value : failKind(call, place, "a timestamp");
}

export function optionalAt(call: FunctionCall, place: number): Optional {
  const value = argumentAt(call, place);
  return value instanceof Optional ? value : failKind(call, place, "an optional");
}

const ORDINALS: readonly string[] = ["first", "second", "third"];

function failKind(call: FunctionCall, place: number, wanted: string): never {
  const value = argumentAt(call, place);
  const given = isNumber(value) && wanted === "a whole number" ? "a fraction" : describeKind(value);
  if (call.method && place === 0) return fail(`${call.name}() works on ${wanted}, not on ${given}`);
  const written = call.method ? place - 1 : place;
  const count = call.arguments.length - (call.method ? 1 : 0);
  return fail(`${call.name}() needs ${wanted}${count > 1 ? ` as its ${ORDINALS[written] ?? "next"} argument` : ""}, not ${given}`);
}
