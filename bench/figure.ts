/** One measured figure, as `npm run bench` prints it: a JSON object in one line. */
export interface Figure {
  readonly name: string;
  /** Median of what Tutti needs or reaches. */
  readonly value: number;
  readonly unit: string;
  /** Median of the least that the same work can cost, measured alternately with the value, in the same unit. */
  readonly floor: number;
  /** `value / floor`. */
  readonly ratio: number;
  /** Version of Node. */
  readonly node: string;
  readonly rounds: number;
}

/** What is compared with its floor. Both functions give one number in the unit. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly rounds: number;
  readonly value: () => Promise<number>;
  readonly floor: () => Promise<number>;
}

/**
 * Measures value and floor alternately, so that whatever else the machine does meets both, and takes the medians. One
 * round before the first is thrown away: it pays for what is compiled and cached once.
 */
export async function compare({ name, unit, rounds, ...measure }: Comparison): Promise<Figure> {
  const values: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const value = await measure.value();
    const floor = await measure.floor();
    if (round === 0) continue;
    values.push(value);
    floors.push(floor);
  }
  return figure({ name, unit, rounds, value: median(values), floor: median(floors) });
}

/** Completes a figure whose medians are known. */
export function figure(medians: Pick<Figure, "name" | "unit" | "rounds" | "value" | "floor">): Figure {
  const { name, unit, rounds, value, floor } = medians;
  return { name, value: rounded(value), unit, floor: rounded(floor), ratio: rounded(value / floor), node: process.version, rounds };
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this part of the values lies, 0 to 1, interpolated. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Four significant digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
