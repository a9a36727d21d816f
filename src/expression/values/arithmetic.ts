import { fail, madeText, spend, type Evaluation } from "./evaluation.ts";
import { describeKind, Duration, isList, isMap, Timestamp, type Value } from "./value.ts";

const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;

/** `left + right`: numbers, strings, lists, and times. */
export function add(left: Value, right: Value, evaluation: Evaluation): Value {
  if (isNumber(left) && isNumber(right)) return ofNumbers("+", left, right);
  if (typeof left === "string" && typeof right === "string") return madeText(evaluation, left + right);
  if (isList(left) && isList(right)) {
    spend(evaluation, left.length + right.length);
    return [...left, ...right];
  }
  return addTimes(left, right) ?? fail(cannotAdd(left, right));
}

/** `left - right`: numbers and times. */
export function subtract(left: Value, right: Value): Value {
  if (isNumber(left) && isNumber(right)) return ofNumbers("-", left, right);
  if (left instanceof Timestamp && right instanceof Timestamp) return new Duration(left.epochMs - right.epochMs);
  if (left instanceof Timestamp && right instanceof Duration) return timestampOf(left.epochMs - right.ms);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.ms - right.ms);
  return fail(`"-" does not work on ${describeKind(left)} and ${describeKind(right)}`);
}

/** `*`, `/` and `%`, which are for numbers only. */
export function multiplicative(operator: "*" | "/" | "%"): (left: Value, right: Value) => Value {
  return (left, right) => {
    if (isNumber(left) && isNumber(right)) return ofNumbers(operator, left, right);
    return fail(`"${operator}" does not work on ${describeKind(left)} and ${describeKind(right)}`);
  };
}

/** `-operand`. */
export function negate(operand: Value): Value {
  if (typeof operand === "number") return -operand;
  if (typeof operand === "bigint") return checkedInt(-operand);
  return operand instanceof Duration ? new Duration(-operand.ms) : fail(`"-" does not work on ${describeKind(operand)}`);
}

/** Whether a value is one of the two kinds of numbers. */
export function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** An int as a double. @throws ExpressionFailure when digits would be lost */
export function toDouble(value: number | bigint): number {
  if (typeof value === "number") return value;
  const double = Number(value);
  return Number.isSafeInteger(double) ? double : failUnsafe();
}

/** A 64-bit int, as CEL has them. */
export function checkedInt(value: bigint): bigint {
  return value >= INT_MIN && value <= INT_MAX ? value : fail("the whole number does not fit into 64 bits");
}

/** A moment between the years 1 and 9999. */
export function timestampOf(epochMs: number): Timestamp {
  if (epochMs >= -62_135_596_800_000 && epochMs <= 253_402_300_799_999) return new Timestamp(epochMs);
  return fail("the timestamp is not between the years 1 and 9999");
}

function addTimes(left: Value, right: Value): Value | undefined {
  if (right instanceof Duration) {
    if (left instanceof Duration) return new Duration(left.ms + right.ms);
    return left instanceof Timestamp ? timestampOf(left.epochMs + right.ms) : undefined;
  }
  return left instanceof Duration && right instanceof Timestamp ? timestampOf(left.ms + right.epochMs) : undefined;
}

function cannotAdd(left: Value, right: Value): string {
  if (typeof left !== "string" && typeof right !== "string") return `"+" does not work on ${describeKind(left)} and ${describeKind(right)}`;
  const other = typeof left === "string" ? right : left;
  const writer = typeof other === "object" && (isList(other) || isMap(other)) ? "json" : "string";
  return `"+" cannot join a string and ${describeKind(other)}: write ${writer}(...) around it`;
}

type Arithmetic = "+" | "-" | "*" | "/" | "%";

function ofNumbers(operator: Arithmetic, left: number | bigint, right: number | bigint): number | bigint {
  if (typeof left === "bigint" && typeof right === "bigint") return ofInts(operator, left, right);
  return ofDoubles(operator, toDouble(left), toDouble(right));
}

function ofInts(operator: Arithmetic, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "+":
      return checkedInt(left + right);
    case "-":
      return checkedInt(left - right);
    case "*":
      return checkedInt(left * right);
    case "/":
      return right === 0n ? failZero() : checkedInt(left / right);
    case "%":
      return right === 0n ? failZero() : left % right;
  }
}

function ofDoubles(operator: Arithmetic, left: number, right: number): number {
  const result = doubleResult(operator, left, right);
  // Whole numbers must stay exact: an id or an amount in cents that changes silently is worse than an error.
  if (Number.isSafeInteger(result) || !Number.isInteger(result)) return result;
  return Number.isSafeInteger(left) && Number.isSafeInteger(right) ? failUnsafe() : result;
}

function doubleResult(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? failZero() : left / right;
    case "%":
      return right === 0 ? failZero() : left % right;
  }
}

function failZero(): never {
  return fail("division by zero");
}

function failUnsafe(): never {
  return fail(
    `the whole number is beyond ${Number.MAX_SAFE_INTEGER}, so it cannot be exact in JSON: write string(...) around whole numbers to keep them exact`,
  );
}
