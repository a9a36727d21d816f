/** What scoring needs of a model. Vectors have no gaps. */
export interface ScoreTables {
  readonly width: number;
  readonly user: Float32Array;
  readonly item: Float32Array;
  readonly bias: Float32Array;
}

/** How much a user likes an item, on a scale without ends. Both are numbers of rows that are there. */
export function preference({ width, user, item, bias }: ScoreTables, userIndex: number, itemIndex: number): number {
  const from = userIndex * width;
  const to = itemIndex * width;
  let sum = bias[itemIndex] as number;
  for (let place = 0; place < width; place += 1) sum += (user[from + place] as number) * (item[to + place] as number);
  return sum;
}

/** As a number from 0 to 1: the chance that of this item and one that nobody has chosen, this is the one that was taken. */
export function chanceOf(preference: number): number {
  return 1 / (1 + Math.exp(-preference));
}
