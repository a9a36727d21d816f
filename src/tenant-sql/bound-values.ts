import type { Json } from "../base/json.ts";
import { invalid } from "./refusal.ts";
import { parameter, type Wrapped } from "./sql-tree.ts";

const VALUES_MAX = 10_000;

/** The values of one statement: first those of the caller, with their numbers, then ours. */
export interface BoundValues {
  /** Notes that the caller's text has `$number`. */
  use(number: number, place: string | undefined): void;
  /** The value that the caller has bound to `$number`. */
  given(number: number): Json | undefined;
  /** A parameter of ours. The same key gives the same parameter. */
  bind(key: string, value: Json): Wrapped;
  /** All values, in the order of their numbers; refuses values that the statement does not use. */
  values(): readonly Json[];
}

/** Starts with the caller's values. */
export function createBoundValues(params: readonly Json[]): BoundValues {
  if (params.length > VALUES_MAX) throw invalid(`there are ${params.length} values, and at most ${VALUES_MAX} may be given`);
  const used = new Set<number>();
  const ours: Json[] = [];
  const numbers = new Map<string, number>();
  return {
    use: (number, place) => {
      if (number < 1 || number > params.length) throw invalid(`there is no value for $${number}: ${countOf(params)} given`, place);
      used.add(number);
    },
    given: (number) => params[number - 1],
    bind: (key, value) => {
      const known = numbers.get(key);
      if (known !== undefined) return parameter(known);
      ours.push(value);
      numbers.set(key, params.length + ours.length);
      return parameter(params.length + ours.length);
    },
    values: () => {
      const unused = params.findIndex((_, index) => !used.has(index + 1));
      if (unused >= 0) throw invalid(`it has no $${unused + 1}, but ${countOf(params)} given`);
      return [...params, ...ours];
    },
  };
}

function countOf(params: readonly Json[]): string {
  return params.length === 1 ? "1 value was" : `${params.length} values were`;
}
