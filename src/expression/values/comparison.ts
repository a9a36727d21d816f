import { LIMITS } from "../limits.ts";
import { isNumber } from "./arithmetic.ts";
import { fail, spend, spendText, type Evaluation, LimitExceeded } from "./evaluation.ts";
import { describeKind, Duration, isList, isMap, Optional, Timestamp, type Value, type ValueMap } from "./value.ts";

/** Deep equality. Numbers of both kinds mix; values of different kinds are different. */
export function equal(left: Value, right: Value, evaluation: Evaluation, depth = 0): boolean {
  if (typeof left === "string") return typeof right === "string" && equalStrings(left, right, evaluation);
  if (left === right) return true;
  if (isNumber(left)) {
    // oxlint-disable-next-line eqeqeq -- The loose operator is the one that compares a bigint with a number exactly.
    return isNumber(right) && left == right;
  }
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") return false;
  return equalObjects(left, right, { evaluation, depth });
}

/** `value in container`: an element of a list, or a key of an object. */
export function isIn(value: Value, container: Value, evaluation: Evaluation): boolean {
  if (isList(container)) {
    spend(evaluation, container.length);
    return container.some((element) => equal(element, value, evaluation));
  }
  if (isMap(container)) return typeof value === "string" && value !== "__proto__" && Object.hasOwn(container, value);
  if (typeof container === "string") return fail('"in" does not look into strings: write text.contains(part)');
  return fail(`"in" needs a list or an object on its right, not ${describeKind(container)}`);
}

/** Below zero, zero or above zero. @throws ExpressionFailure for values that have no order */
export function compare(left: Value, right: Value, evaluation: Evaluation): number {
  if (typeof left === "string" && typeof right === "string") {
    spendText(evaluation, Math.min(left.length, right.length));
    return order(left, right);
  }
  if (isNumber(left) && isNumber(right)) return order(left, right);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof Timestamp && right instanceof Timestamp) return left.epochMs - right.epochMs;
  if (left instanceof Duration && right instanceof Duration) return left.ms - right.ms;
  return fail(`${describeKind(left)} and ${describeKind(right)} cannot be compared by size`);
}

function order(left: string | number | bigint, right: string | number | bigint): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

/** Equal lengths first: then only the texts that may be equal are read. */
function equalStrings(left: string, right: string, evaluation: Evaluation): boolean {
  if (left.length !== right.length) return false;
  if (left.length > 16) spendText(evaluation, left.length);
  return left === right;
}

interface Comparison {
  readonly evaluation: Evaluation;
  readonly depth: number;
}

function equalObjects(left: Value & object, right: Value & object, { evaluation, depth }: Comparison): boolean {
  if (depth > LIMITS.valueDepth) throw new LimitExceeded(`it compares values that are nested more than ${LIMITS.valueDepth} levels deep`);
  const within = { evaluation, depth: depth + 1 };
  if (isList(left)) return isList(right) && equalLists(left, right, within);
  if (isMap(left)) return isMap(right) && equalMaps(left, right, within);
  if (left instanceof Optional) return right instanceof Optional && equalOptionals(left, right, within);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.epochMs === right.epochMs;
  return left instanceof Duration && right instanceof Duration && left.ms === right.ms; // Equal type names are identical.
}

function equalOptionals(left: Optional, right: Optional, { evaluation, depth }: Comparison): boolean {
  if (left.value === undefined || right.value === undefined) return left.value === right.value;
  return equal(left.value, right.value, evaluation, depth);
}

function equalLists(left: readonly Value[], right: readonly Value[], { evaluation, depth }: Comparison): boolean {
  if (left.length !== right.length) return false;
  spend(evaluation, left.length);
  return left.every((element, place) => equal(element, right[place] ?? null, evaluation, depth));
}

function equalMaps(left: ValueMap, right: ValueMap, { evaluation, depth }: Comparison): boolean {
  const keys = Object.keys(left);
  const rightKeys = Object.keys(right);
  spend(evaluation, keys.length + rightKeys.length);
  if (keys.length !== rightKeys.length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equal(left[key] ?? null, right[key] ?? null, evaluation, depth));
}
