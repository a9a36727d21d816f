import { randomOf } from "./random.ts";

/** What is learned: a vector for each user and each item, and a bias for each item, beside the scale of their gradients. */
export interface Factors {
  readonly users: number;
  readonly items: number;
  /** How many numbers a vector has that are learned. */
  readonly width: number;
  /** How far it is from one vector to the next: the width, filled up with zeros to a multiple of four. */
  readonly stride: number;
  /** All of it in one piece, for checkpoints; the others are parts of it. */
  readonly all: Float64Array<ArrayBuffer>;
  readonly user: Float64Array;
  readonly item: Float64Array;
  readonly bias: Float64Array;
  readonly userScale: Float64Array;
  readonly itemScale: Float64Array;
  readonly biasScale: Float64Array;
}

export interface FactorsSize {
  readonly users: number;
  readonly items: number;
  readonly width: number;
}

/** How far from zero vectors begin, at most. */
const BEGIN = 0.1;

/** Factors that know nothing yet. */
export function newFactors({ users, items, width }: FactorsSize, seed: number): Factors {
  const stride = Math.ceil(width / 4) * 4;
  const sizes = [users * stride, items * stride, items, users, items, items];
  const all = new Float64Array(sizes.reduce((sum, size) => sum + size, 0));
  let from = 0;
  const [user, item, bias, userScale, itemScale, biasScale] = sizes.map((size) => all.subarray(from, (from += size)));
  if (!user || !item || !bias || !userScale || !itemScale || !biasScale) throw new Error("a part is missing");
  const random = randomOf(seed, 1);
  for (const [vectors, count] of [[user, users] as const, [item, items] as const]) {
    for (let row = 0; row < count; row += 1) {
      for (let place = 0; place < width; place += 1) vectors[row * stride + place] = (random() / 0x1_0000_0000 - 0.5) * 2 * BEGIN;
    }
  }
  return { users, items, width, stride, all, user, item, bias, userScale, itemScale, biasScale };
}
