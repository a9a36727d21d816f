import fc from "fast-check";
import { expect, test } from "vitest";
import { svgChart } from "./svg-chart.ts";

test("a chart shows every value, and says what it shows to those who cannot see it", () => {
  const svg = svgChart({ title: "Loss", kind: "line", labels: ["a", "b", "c"], series: [{ name: "train", values: [3, 2, 1] }] });
  expect(svg.match(/<circle/g)).toHaveLength(3);
  expect(svg).toContain('aria-label="Loss: train, from a to c"');
  expect(svg).toContain("<title>train: 2</title>");
  const bars = svgChart({
    title: "B",
    kind: "bar",
    labels: ["a", "b"],
    series: [
      { name: "x", values: [1, -1] },
      { name: "y", values: [null, 2] },
    ],
  });
  expect(bars.match(/<rect[^>]*><title>/g)).toHaveLength(3);
  const gap = svgChart({ title: "G", kind: "line", labels: ["a", "b", "c"], series: [{ name: "x", values: [1, null, 2] }] });
  expect(gap).toMatch(/d="M[\d. ]+M[\d. ]+"/);
});

test("what is no chart becomes nothing", () => {
  for (const value of [undefined, null, 1, "x", [], {}, { labels: ["a"] }, { labels: ["a"], series: [{ name: "x", values: ["1"] }] }])
    expect(svgChart(value)).toBe("");
});

test("whatever the values are, all that is drawn are numbers", () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 5e-324, 1e-15, 1e15, -1e15, 5), fc.constant(null));
  const series = fc.array(fc.record({ name: fc.string(), values: fc.array(value, { maxLength: 30 }) }), { maxLength: 10 });
  const chart = fc.record({
    title: fc.string(),
    kind: fc.constantFrom("bar", "line"),
    labels: fc.array(fc.string(), { maxLength: 30 }),
    series,
  });
  fc.assert(
    fc.property(chart, (any) => {
      const svg = svgChart(any);
      expect(svg.replaceAll(/>[^<]*</g, "><").replaceAll(/aria-label="[^"]*"/g, "")).not.toMatch(/NaN|Infinity|undefined|e[+-]\d/);
    }),
    { numRuns: 300 },
  );
});
