import type { Factors } from "./factors.ts";
import { type Pairs, startsOf } from "./hold-out.ts";
import { below, type Random, randomOf } from "./random.ts";

/*
 * Logistic matrix factorisation. For each pair that was taken, an item is drawn that the user has not taken; the model
 * learns to say 1 to the one and 0 to the other. Gradients are summed over a batch and divided by a running mean of their
 * size, one for each vector (RMSProp by rows), so that the rate means the same for rare and for frequent users.
 *
 * F1. Everything depends on the seed, the epoch and the number of the batch alone: whoever goes on from any batch comes
 *     to the same numbers as who went through.
 * F2. One thread, no library, and no operation whose last bit differs from machine to machine but exp, which is V8's own.
 *
 * Typed arrays are read with "as number": all indexes come from loops over their lengths, and this is the innermost loop.
 */

export interface LearnSettings {
  readonly learningRate: number;
  readonly batchSize: number;
  /** How strongly vectors are drawn to zero. */
  readonly regularization: number;
  readonly seed: number;
}

export interface Learner {
  readonly batches: number;
  /** Gets ready for an epoch: the order of its pairs. */
  begin(epoch: number): void;
  /** Learns from one batch, and gives the sum of its losses. */
  learn(epoch: number, batch: number): number;
}

/** How much of the old mean of the size of gradients is kept. */
const KEEP = 0.99;

const TINY = 1e-8;

/** How often an item is drawn again that the user has taken. */
const DRAWS_MAX = 8;

/** A pair that was taken often counts more, but not as many times more. */
const COUNT_MAX = 16;

export function openLearner(factors: Factors, pairs: Pairs, settings: LearnSettings): Learner {
  const { userOf, itemOf, countOf } = pairs;
  const { items, stride, user: userVectors, item: itemVectors, bias } = factors;
  const { batchSize, seed } = settings;
  const draw = openDraw(itemOf, startsOf(userOf, factors.users));
  const weights = Float64Array.from(countOf, (count) => Math.sqrt(Math.min(count, COUNT_MAX)));
  const order = new Uint32Array(userOf.length);
  const users = openGradients(userVectors, factors.userScale, stride);
  const itemsGradients = openGradients(itemVectors, factors.itemScale, stride);
  const biases = openGradients(bias, factors.biasScale, 1);
  const userSums = users.sums;
  const itemSums = itemsGradients.sums;
  const biasSums = biases.sums;

  const learnPair = (pair: number, random: Random): number => {
    const user = userOf[pair] as number;
    const taken = itemOf[pair] as number;
    const other = draw(random, items, user);
    const u = user * stride;
    const t = taken * stride;
    const o = other * stride;
    let takenScore = bias[taken] as number;
    let otherScore = bias[other] as number;
    for (let k = 0; k < stride; k += 1) {
      const p = userVectors[u + k] as number;
      takenScore += p * (itemVectors[t + k] as number);
      otherScore += p * (itemVectors[o + k] as number);
    }
    const takenChance = 1 / (1 + Math.exp(-takenScore));
    const otherChance = 1 / (1 + Math.exp(-otherScore));
    const weight = weights[pair] as number;
    const up = weight * (takenChance - 1);
    const down = weight * otherChance;
    users.touch(user);
    itemsGradients.touch(taken);
    itemsGradients.touch(other);
    biases.touch(taken);
    biases.touch(other);
    biasSums[taken] = (biasSums[taken] as number) + up;
    biasSums[other] = (biasSums[other] as number) + down;
    for (let k = 0; k < stride; k += 1) {
      const p = userVectors[u + k] as number;
      userSums[u + k] = (userSums[u + k] as number) + up * (itemVectors[t + k] as number) + down * (itemVectors[o + k] as number);
      itemSums[t + k] = (itemSums[t + k] as number) + up * p;
      itemSums[o + k] = (itemSums[o + k] as number) + down * p;
    }
    return -Math.log(Math.max(takenChance * (1 - otherChance), Number.MIN_VALUE));
  };

  return {
    batches: Math.ceil(userOf.length / batchSize),
    begin: (epoch) => shuffle(order, randomOf(seed, 2, epoch)),
    learn(epoch, batch) {
      const random = randomOf(seed, 3, epoch, batch);
      const end = Math.min(order.length, (batch + 1) * batchSize);
      let loss = 0;
      for (let place = batch * batchSize; place < end; place += 1) loss += learnPair(order[place] as number, random);
      users.apply(settings);
      itemsGradients.apply(settings);
      biases.apply(settings);
      return loss;
    },
  };
}

/** Draws an item that a user has not taken, unless that takes too long. */
function openDraw(itemOf: Int32Array, starts: Int32Array): (random: Random, items: number, user: number) => number {
  return (random, items, user) => {
    const from = starts[user] as number;
    const to = starts[user + 1] as number;
    let drawn = below(random, items);
    for (let tries = 1; tries < DRAWS_MAX && has(itemOf, drawn, from, to); tries += 1) drawn = below(random, items);
    return drawn;
  };
}

/** Whether a sorted part of a list has a number. */
function has(list: Int32Array, wanted: number, from: number, to: number): boolean {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low < to && list[low] === wanted;
}

function shuffle(order: Uint32Array, random: Random): void {
  for (let place = 0; place < order.length; place += 1) order[place] = place;
  for (let place = order.length - 1; place > 0; place -= 1) {
    const other = below(random, place + 1);
    const value = order[place] as number;
    order[place] = order[other] as number;
    order[other] = value;
  }
}

interface Gradients {
  readonly sums: Float64Array;
  /** Says that a row has a gradient in this batch. */
  touch(row: number): void;
  /** Moves the rows that were touched, and forgets their gradients. */
  apply(settings: LearnSettings): void;
}

function openGradients(values: Float64Array, scales: Float64Array, stride: number): Gradients {
  const sums = new Float64Array(values.length);
  const rows = values.length / stride;
  const touched = new Int32Array(rows);
  const marks = new Uint8Array(rows);
  let count = 0;
  const move = (row: number, { learningRate, regularization }: LearnSettings): void => {
    const from = row * stride;
    let square = 0;
    for (let place = from; place < from + stride; place += 1) {
      const gradient = (sums[place] as number) + regularization * (values[place] as number);
      sums[place] = gradient;
      square += gradient * gradient;
    }
    const before = scales[row] as number;
    const scale = before === 0 ? square / stride : KEEP * before + ((1 - KEEP) * square) / stride;
    scales[row] = scale;
    const step = learningRate / (Math.sqrt(scale) + TINY);
    for (let place = from; place < from + stride; place += 1) {
      values[place] = (values[place] as number) - step * (sums[place] as number);
      sums[place] = 0;
    }
  };
  return {
    sums,
    touch(row) {
      if (marks[row] === 1) return;
      marks[row] = 1;
      touched[count] = row;
      count += 1;
    },
    apply(settings) {
      for (let index = 0; index < count; index += 1) {
        const row = touched[index] as number;
        marks[row] = 0;
        move(row, settings);
      }
      count = 0;
    },
  };
}
