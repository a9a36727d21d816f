import { rounded } from "./figures.ts";

/** What is told of a list of numbers. */
export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  /** Of a sample: divided by count - 1. */
  readonly stddev: number;
  readonly min: number;
  readonly max: number;
  readonly p95: number;
  /** By least squares over the places 0, 1, 2, ... of the list. */
  readonly trend_slope: number;
}

/** Of no numbers, everything is 0. */
export function statisticsOf(values: readonly number[]): Statistics {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    count: values.length,
    mean: meanOf(values),
    median: quantileOf(sorted, 0.5),
    stddev: stddevOf(values),
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    p95: quantileOf(sorted, 0.95),
    trend_slope: slopeOf(values),
  };
}

/** With the error of each addition carried along, so that many small numbers beside a large one are not lost (Neumaier). */
export function sumOf(values: readonly number[]): number {
  let [sum, lost] = [0, 0];
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return Number.isFinite(lost) ? sum + lost : sum;
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : sumOf(values) / values.length;
}

export function stddevOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
}

/** Between two numbers it is interpolated, as spreadsheets do. @param sorted - ascending */
export function quantileOf(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return 0;
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

export function slopeOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const [middle, mean] = [(values.length - 1) / 2, meanOf(values)];
  const products = values.map((value, index) => (index - middle) * (value - mean));
  return sumOf(products) / sumOf(values.map((_, index) => (index - middle) ** 2));
}

/** How much larger the second is, as a share of the first. Undefined when the first is 0. */
export function changeOf(first: number, second: number): number | undefined {
  return first === 0 ? undefined : rounded((second - first) / Math.abs(first));
}
