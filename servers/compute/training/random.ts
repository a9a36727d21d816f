/** Numbers from 0 to 2^32 - 1 that look random, and are the same for the same seeds on every machine. */
export type Random = () => number;

export function randomOf(...seeds: readonly number[]): Random {
  let state = seeds.reduce((mixed, seed) => mix(mixed ^ seed), 0x9e3779b9);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return mix(state);
  };
}

/** A whole number below a limit of at most 2^21, or nearly evenly of more. */
export function below(random: Random, limit: number): number {
  return Math.floor((random() * limit) / 0x1_0000_0000);
}

/** A number from 0 to 1 that belongs to a text. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
}

export function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
