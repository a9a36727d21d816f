import type { Interactions } from "./interactions.ts";
import { hashOf, mix } from "./random.ts";

/** The pairs that are learned from, and those by which is seen what was learned. */
export interface Split {
  readonly learned: Pairs;
  readonly heldOut: Pairs;
}

/** In the order of users, and of items for each user. */
export interface Pairs {
  readonly userOf: Int32Array;
  readonly itemOf: Int32Array;
  readonly countOf: Int32Array;
}

/**
 * Holds about a share of the pairs out, by a hash of the seed and both ids. A pair is held out with all of its rows, so
 * that no purchase in it is learned from. Of every user and every item at least one pair is left to learn from.
 */
export function holdOut(interactions: Interactions, share: number, seed: number): Split {
  const { users, items, userOf, itemOf, countOf } = interactions;
  const userHash = users.map((id) => hashOf(`u${seed}:${id}`));
  const itemHash = items.map((id) => hashOf(`i${seed}:${id}`));
  const leftOfUser = new Int32Array(users.length);
  const leftOfItem = new Int32Array(items.length);
  userOf.forEach((user) => (leftOfUser[user] = at(leftOfUser, user) + 1));
  itemOf.forEach((item) => (leftOfItem[item] = at(leftOfItem, item) + 1));
  const held = new Uint8Array(userOf.length);
  const limit = share * 0x1_0000_0000;
  let count = 0;
  userOf.forEach((user, pair) => {
    const item = at(itemOf, pair);
    if (mix(at(userHash, user) ^ Math.imul(at(itemHash, item), 0x9e3779b1)) >= limit) return;
    if (at(leftOfUser, user) < 2 || at(leftOfItem, item) < 2) return;
    held[pair] = 1;
    leftOfUser[user] = at(leftOfUser, user) - 1;
    leftOfItem[item] = at(leftOfItem, item) - 1;
    count += 1;
  });
  const all = { userOf, itemOf, countOf };
  return { learned: chosen(all, { held, wanted: 0, count: userOf.length - count }), heldOut: chosen(all, { held, wanted: 1, count }) };
}

interface Choice {
  readonly held: Uint8Array;
  readonly wanted: 0 | 1;
  readonly count: number;
}

function chosen(all: Pairs, { held, wanted, count }: Choice): Pairs {
  const pairs = { userOf: new Int32Array(count), itemOf: new Int32Array(count), countOf: new Int32Array(count) };
  let next = 0;
  held.forEach((value, pair) => {
    if (value !== wanted) return;
    pairs.userOf[next] = at(all.userOf, pair);
    pairs.itemOf[next] = at(all.itemOf, pair);
    pairs.countOf[next] = at(all.countOf, pair);
    next += 1;
  });
  return pairs;
}

/** Where the pairs of each user begin; one more than there are users. */
export function startsOf(userOf: Int32Array, users: number): Int32Array {
  const starts = new Int32Array(users + 1);
  userOf.forEach((user) => (starts[user + 1] = at(starts, user + 1) + 1));
  for (let user = 0; user < users; user += 1) starts[user + 1] = at(starts, user + 1) + at(starts, user);
  return starts;
}

function at(list: ArrayLike<number>, index: number): number {
  return list[index] ?? 0;
}
