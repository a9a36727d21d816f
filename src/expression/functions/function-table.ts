import type { ExpressionFunction } from "./function-call.ts";
import { GENERAL_FUNCTIONS } from "./general-functions.ts";
import { LIST_FUNCTIONS } from "./list-functions.ts";
import { MATH_FUNCTIONS } from "./math-functions.ts";
import { TEXT_FUNCTIONS } from "./text-functions.ts";
import { TIME_FUNCTIONS } from "./time-functions.ts";

/** One line of the reference of functions in docs/workflow-file.md. */
export interface FunctionReference {
  readonly name: string;
  /** How it is written: `text.split(separator)`. */
  readonly usage: string;
  /** The type of what it gives. */
  readonly returns: string;
  readonly summary: string;
}

const FUNCTIONS: readonly ExpressionFunction[] = [
  ...GENERAL_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...TIME_FUNCTIONS,
];

/** Functions that see the expressions they are given, not only their values: the compiler knows them one by one. */
const FORMS: readonly FunctionReference[] = [
  {
    name: "has",
    usage: "has(value.key)",
    returns: "bool",
    summary: "Whether the key is there. has(steps.x.output) is whether the step completed.",
  },
  { name: "all", usage: "list.all(x, condition)", returns: "bool", summary: "Whether the condition is true for every element." },
  {
    name: "exists",
    usage: "list.exists(x, condition)",
    returns: "bool",
    summary: "Whether the condition is true for at least one element.",
  },
  {
    name: "exists_one",
    usage: "list.exists_one(x, condition)",
    returns: "bool",
    summary: "Whether the condition is true for exactly one element.",
  },
  { name: "filter", usage: "list.filter(x, condition)", returns: "list", summary: "The elements for which the condition is true." },
  {
    name: "map",
    usage: "list.map(x, value) or list.map(x, condition, value)",
    returns: "list",
    summary: "The value for every element, or for those for which the condition is true. On an object, x is each key.",
  },
  { name: "cel.bind", usage: "cel.bind(name, value, body)", returns: "any", summary: "The body, in which the name stands for the value." },
  {
    name: "orValue",
    usage: "optional.orValue(default)",
    returns: "any",
    summary: "The value of an optional (from .?key), or the default when it is missing.",
  },
  { name: "or", usage: "optional.or(optional)", returns: "optional", summary: "The first optional that has a value." },
  {
    name: "optMap",
    usage: "optional.optMap(x, value)",
    returns: "optional",
    summary: "The value made from that of an optional, if it has one.",
  },
];

const STATUS_FUNCTIONS: readonly FunctionReference[] = [
  { name: "succeeded", usage: "succeeded('step')", returns: "bool", summary: 'Whether the step completed. Only in "if".' },
  { name: "failed", usage: "failed('step')", returns: "bool", summary: 'Whether the step failed. Only in "if".' },
  { name: "skipped", usage: "skipped('step')", returns: "bool", summary: 'Whether the step never ran. Only in "if".' },
  { name: "always", usage: "always()", returns: "bool", summary: 'True: the step runs however the steps it needs ended. Only in "if".' },
];

/** Everything that can be called in an expression. */
export const FUNCTION_REFERENCE: readonly FunctionReference[] = [
  ...STATUS_FUNCTIONS,
  ...FORMS,
  ...FUNCTIONS.map(({ name, usage, returns, summary }) => ({ name, usage, returns, summary })),
];

const BY_NAME: ReadonlyMap<string, ExpressionFunction> = new Map(FUNCTIONS.map((entry) => [entry.name, entry]));

/** A function of the table by its name, whether it is called as one or as a method. */
export function findFunction(name: string): ExpressionFunction | undefined {
  return BY_NAME.get(name);
}
