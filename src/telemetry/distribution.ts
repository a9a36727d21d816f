/** How many durations fell into each bucket. */
export interface Distribution {
  /** The upper ends of the buckets, in seconds, ascending; the last bucket has none. */
  readonly bounds: readonly number[];
  /** One more than bounds; not cumulative. */
  readonly counts: readonly number[];
  /** Of all, in seconds. */
  readonly sum: number;
}

/** A distribution to which durations are added. */
export class Histogram implements Distribution {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** Whatever is no duration is left out. */
  add(seconds: number): void {
    if (!(seconds >= 0 && seconds < Infinity)) return;
    let bucket = 0;
    while (bucket < this.bounds.length && seconds > (this.bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** As it is now; the histogram goes on. */
export function frozen({ bounds, counts, sum }: Distribution): Distribution {
  return { bounds, counts: [...counts], sum };
}

/** How many there are. */
export function countOf({ counts }: Distribution): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** What came after `before` was taken, of the same histogram. */
export function since(after: Distribution, before: Distribution | undefined): Distribution {
  if (before === undefined) return after;
  return {
    bounds: after.bounds,
    counts: after.counts.map((count, bucket) => Math.max(0, count - (before.counts[bucket] ?? 0))),
    sum: Math.max(0, after.sum - before.sum),
  };
}

/**
 * Estimates below which duration this share of all lies, in seconds, as Prometheus does: within a bucket all durations
 * are taken to lie evenly. Beyond the last bound it is that bound. Undefined when there is none.
 */
export function quantile(distribution: Distribution, share: number): number | undefined {
  const { bounds, counts } = distribution;
  const total = countOf(distribution);
  if (total === 0) return undefined;
  const rank = share * total;
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    const upper = bounds[bucket];
    if (upper === undefined) break;
    if (count > 0 && below + count >= rank) {
      const lower = bounds[bucket - 1] ?? 0;
      return lower + ((upper - lower) * Math.max(0, rank - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1);
}
