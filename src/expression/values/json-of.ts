import type { Json } from "../../base/json.ts";
import { LIMITS } from "../limits.ts";
import { isNumber } from "./arithmetic.ts";
import { fail, LimitExceeded, spend, spendText, type Evaluation } from "./evaluation.ts";
import { Duration, durationText, isList, Optional, Timestamp, TypeName, type Value, type ValueMap } from "./value.ts";

/**
 * The value as JSON: timestamps and durations as text, a missing optional as null. What came as JSON is not copied.
 *
 * @throws ExpressionFailure for numbers that JSON cannot hold; LimitExceeded for a result that is too large or too deep
 */
export function jsonOf(value: Value, evaluation: Evaluation): Json {
  return convert(value, { evaluation, bytesLeft: LIMITS.resultBytes }, 0);
}

interface Conversion {
  readonly evaluation: Evaluation;
  /** Parts that are shared count each time: a small expression can make a value whose text would fill the memory. */
  bytesLeft: number;
}

function convert(value: Value, conversion: Conversion, depth: number): Json {
  if (typeof value === "string") {
    take(conversion, value.length + 2);
    spendText(conversion.evaluation, value.length);
    return value;
  }
  take(conversion, 6);
  if (value === null || typeof value === "boolean") return value;
  if (isNumber(value)) return numberOf(value);
  if (depth > LIMITS.valueDepth) throw new LimitExceeded(`its result is nested more than ${LIMITS.valueDepth} levels deep`);
  if (isList(value)) return convertList(value, conversion, depth);
  if (value instanceof Timestamp) return new Date(value.epochMs).toISOString();
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeName) return value.name;
  if (value instanceof Optional) return value.value === undefined ? null : convert(value.value, conversion, depth + 1);
  return convertMap(value, conversion, depth);
}

function convertList(list: readonly Value[], conversion: Conversion, depth: number): Json {
  spend(conversion.evaluation, list.length);
  let changed: Json[] | undefined;
  for (const [place, element] of list.entries()) {
    const json = convert(element, conversion, depth + 1);
    if (changed === undefined && json !== element) changed = list.slice(0, place) as Json[]; // All before it were JSON already.
    changed?.push(json);
  }
  return changed ?? (list as readonly Json[]);
}

function convertMap(map: ValueMap, conversion: Conversion, depth: number): Json {
  const entries = Object.entries(map);
  spend(conversion.evaluation, entries.length);
  let changed = false;
  const converted: [string, Json][] = [];
  for (const [key, element] of entries) {
    take(conversion, key.length + 4);
    const json = convert(element, conversion, depth + 1);
    changed ||= json !== element;
    converted.push([key, json]);
  }
  return changed ? Object.fromEntries(converted) : (map as { readonly [key: string]: Json });
}

function numberOf(value: number | bigint): number {
  const number = Number(value);
  if (typeof value === "bigint" && !Number.isSafeInteger(number)) {
    return fail(`the whole number is beyond ${Number.MAX_SAFE_INTEGER}, so it cannot be exact in JSON: write string(...) around it`);
  }
  return Number.isFinite(number) ? number : fail("the number is not finite, and JSON has no such number");
}

function take(conversion: Conversion, bytes: number): void {
  conversion.bytesLeft -= bytes;
  if (conversion.bytesLeft < 0) throw new LimitExceeded(`its result is larger than ${LIMITS.resultBytes / 2 ** 20} MiB`);
}
