import { preference, type ScoreTables } from "../model/scores.ts";
import { startsOf, type Split } from "./hold-out.ts";

/** How well a model ranks what it has not seen. */
export interface Evaluation {
  /**
   * The chance that an item a user has taken, held out, is ranked above one that the user has not taken: 0.5 is guessing,
   * 1 is never wrong. Ties count half. Undefined when nothing was held out, or only of users who
   * have taken everything.
   */
  readonly accuracy?: number;
  /** The same for ranking all items by how many users have taken them, for everybody alike. */
  readonly baselineAccuracy?: number;
  /** Of how many pairs it is the mean. */
  readonly pairs: number;
}

/** Operations after which only some of the users are asked. */
const WORK_MAX = 1e9;

/** Every held-out pair is compared with every item that its user has not taken, so nothing is left to chance. */
export function evaluate(tables: ScoreTables, { learned, heldOut }: Split, { users, items }: { users: number; items: number }): Evaluation {
  const learnedStarts = startsOf(learned.userOf, users);
  const heldStarts = startsOf(heldOut.userOf, users);
  const popularity = new Float64Array(items);
  learned.itemOf.forEach((item) => (popularity[item] = (popularity[item] as number) + 1));
  const every = Math.max(1, Math.ceil((users * items * (tables.width + 8)) / WORK_MAX));
  const sums = { model: 0, popularity: 0, pairs: 0 };
  const scores = new Float64Array(items);
  for (let user = 0; user < users; user += every) {
    const held = heldOut.itemOf.subarray(heldStarts[user], heldStarts[user + 1]);
    if (held.length === 0) continue;
    const taken = new Set([...held, ...learned.itemOf.subarray(learnedStarts[user], learnedStarts[user + 1])]);
    if (taken.size === items) continue;
    for (let item = 0; item < items; item += 1) scores[item] = preference(tables, user, item);
    sums.model += ranked(scores, held, taken);
    sums.popularity += ranked(popularity, held, taken);
    sums.pairs += held.length;
  }
  if (sums.pairs === 0) return { pairs: 0 };
  return { accuracy: sums.model / sums.pairs, baselineAccuracy: sums.popularity / sums.pairs, pairs: sums.pairs };
}

/** For each item that is held out, the share of those not taken that are ranked below it; their sum. */
function ranked(scores: Float64Array, held: Int32Array, taken: ReadonlySet<number>): number {
  const others = scores.filter((_, item) => !taken.has(item)).toSorted();
  let sum = 0;
  for (const item of held) {
    const score = scores[item] as number;
    sum += (countBelow(others, score, false) + countBelow(others, score, true)) / 2 / others.length;
  }
  return sum;
}

/** How many of a sorted list are below a number, or not above it. */
function countBelow(sorted: Float64Array, limit: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle] as number;
    if (value < limit || (orEqual && value === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
