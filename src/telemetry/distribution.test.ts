import fc from "fast-check";
import { expect, test } from "vitest";
import { countOf, frozen, Histogram, quantile, since } from "./distribution.ts";

const BOUNDS = [0.001, 0.01, 0.1, 1, 10];

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram(BOUNDS);
  for (const value of values) histogram.add(value);
  return histogram;
}

test.each([
  { what: "the upper end of a bucket belongs to it", values: [0.01], counts: [0, 1, 0, 0, 0, 0] },
  { what: "nothing takes no time at all", values: [0], counts: [1, 0, 0, 0, 0, 0] },
  { what: "beyond the last end there is a bucket too", values: [11, 1e9], counts: [0, 0, 0, 0, 0, 2] },
])("$what", ({ values, counts }) => {
  expect(histogramOf(values).counts).toEqual(counts);
});

test("a quantile of nothing is none, and one beyond the last end is that end", () => {
  expect(quantile(histogramOf([]), 0.95)).toBeUndefined();
  expect(quantile(histogramOf([100, 200]), 0.95)).toBe(10);
});

test("a quantile lies in the bucket of the value that it estimates", () => {
  const duration = fc.double({ min: 0, max: 9.99, noNaN: true });
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
      const sorted = values.toSorted((left, right) => left - right);
      const exact = sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)] ?? 0;
      const upper = BOUNDS.find((bound) => exact <= bound) ?? Infinity;
      const lower = BOUNDS[BOUNDS.indexOf(upper) - 1] ?? 0;
      const estimate = quantile(histogramOf(values), share) ?? Number.NaN;
      expect(estimate).toBeGreaterThanOrEqual(lower);
      expect(estimate).toBeLessThanOrEqual(upper);
    }),
  );
});

test("what came since is what came since", () => {
  const histogram = histogramOf([0.5, 5]);
  const before = frozen(histogram);
  histogram.add(0.5);
  expect(since(histogram, before)).toEqual({ bounds: BOUNDS, counts: [0, 0, 0, 1, 0, 0], sum: 0.5 });
  expect(countOf(before)).toBe(2);
  expect(since(histogram, undefined)).toBe(histogram);
});
