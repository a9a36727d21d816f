import { jsonEqual, type Json } from "../base/json.ts";
import { evaluateCondition } from "../expression/evaluate.ts";
import type { SchemaObject } from "./schema.ts";
import { quoted } from "./value-mismatch.ts";

/** What a number that is written down breaks of its schema: `must be at least 3, not 2`. */
export function numberFault(schema: SchemaObject, value: number): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}, not ${value}`;
  if (maximum !== undefined && value > maximum) return `must be at most ${maximum}, not ${value}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `must be more than ${exclusiveMinimum}, not ${value}`;
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return `must be less than ${exclusiveMaximum}, not ${value}`;
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) return `must be a multiple of ${multipleOf}, not ${value}`;
  return undefined;
}

/** What a string that is written down breaks of its schema. Lengths are in characters, not in UTF-16 units. */
export function stringFault(schema: SchemaObject, value: string): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (minLength > 0 || maxLength < value.length) {
    const fault = sizeFault(Array.from(value).length, { min: minLength, max: maxLength, part: "character" });
    if (fault !== undefined) return fault;
  }
  if (pattern !== undefined && matches(pattern, value) === false) return `must match the pattern ${pattern}, not ${quoted(value)}`;
  return undefined;
}

/** What a string, a list or an object breaks of its schema by how many parts it has. */
export function sizeFault(
  size: number,
  limits: { readonly min: number | undefined; readonly max: number | undefined; readonly part: string },
): string | undefined {
  const { min = 0, max = Infinity, part } = limits;
  if (size < min) return `must have at least ${count(min, part)}, not ${size}`;
  if (size > max) return `must have at most ${count(max, part)}, not ${size}`;
  return undefined;
}

/** Whether a value is one of those that a schema lists; undefined when it lists none. */
export function isListed(schema: SchemaObject, value: Json): boolean | undefined {
  if (schema.const !== undefined) return jsonEqual(schema.const, value);
  return schema.enum?.some((choice) => jsonEqual(choice, value));
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

function isMultiple(value: number, step: number): boolean {
  const quotient = value / step;
  // 0.3 / 0.1 is not 3 in floating point, and what is nearly a multiple may be meant as one.
  return !Number.isFinite(quotient) || Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient));
}

const TEXT_MAX = 10_000;

/**
 * Whether a pattern is found in a text; undefined when that cannot be told. Patterns come from servers, so they are left
 * to the expression language, which uses RE2 and limits their size and the work that they make. RE2 knows less than the
 * engine of JavaScript, but where both know something they agree on printable ASCII.
 */
function matches(pattern: string, text: string): boolean | undefined {
  if (text.length > TEXT_MAX || !/^[ -~]*$/.test(text)) return undefined;
  const found = evaluateCondition("item.matches(output)", { inputs: {}, step: () => undefined, item: text, output: pattern });
  return found.ok ? found.value : undefined;
}
