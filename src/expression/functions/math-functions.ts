import { isNumber } from "../values/arithmetic.ts";
import { compare } from "../values/comparison.ts";
import { fail } from "../values/evaluation.ts";
import { describeKind, isList, type Value } from "../values/value.ts";
import { argumentAt, listAt, type ExpressionFunction, type FunctionCall } from "./function-call.ts";

/** Functions of numbers. */
export const MATH_FUNCTIONS: readonly ExpressionFunction[] = [
  rounding("math.round", "The nearest whole number; halves away from zero.", (value) => Math.sign(value) * Math.round(Math.abs(value))),
  rounding("math.floor", "The greatest whole number that is not above it.", Math.floor),
  rounding("math.ceil", "The least whole number that is not below it.", Math.ceil),
  rounding("math.abs", "The number without its sign.", Math.abs),
  extreme("math.least", "The least of some numbers, or of a list of them.", -1),
  extreme("math.greatest", "The greatest of some numbers, or of a list of them.", 1),
];

function rounding(name: string, summary: string, round: (value: number) => number): ExpressionFunction {
  return {
    name,
    form: "function",
    arity: [1, 1],
    usage: `${name}(number)`,
    returns: "number",
    summary,
    run: (call) => {
      const value = argumentAt(call, 0);
      if (typeof value === "bigint") return name === "math.abs" && value < 0n ? -value : value;
      return typeof value === "number" ? round(value) : fail(`${name}() needs a number, not ${describeKind(value)}`);
    },
  };
}

function extreme(name: string, summary: string, sign: 1 | -1): ExpressionFunction {
  return {
    name,
    form: "function",
    arity: [1, 32],
    usage: `${name}(numbers...)`,
    returns: "number",
    summary,
    run: (call) => {
      const only = argumentAt(call, 0);
      const numbers = call.arguments.length === 1 && isList(only) ? listAt(call, 0) : call.arguments;
      for (const value of numbers) if (!isNumber(value)) fail(`${name}() needs numbers, not ${describeKind(value)}`);
      return numbers.reduce((best, value) => (sign * compare(value, best, call.evaluation) > 0 ? value : best), first(numbers, call));
    },
  };
}

function first(numbers: readonly Value[], call: FunctionCall): Value {
  return numbers[0] ?? fail(`${call.name}() needs at least one number`);
}
