import { escaped } from "./html-page.ts";
import { spoken } from "./liquid-filters.ts";

/** Values by series, over labels that all series share. */
interface Chart {
  readonly title: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

const WIDTH = 640;
const HEIGHT = 300;
const BOX = { left: 62, right: 12, top: 14, bottom: 56 };
/** About how wide a letter is in the size that page-style.ts gives it. */
const LETTER = 7.6;
const COLOURS = 8;
const SERIES_MAX = 8;
const POINTS_MAX = 500;
const MAGNITUDE_MAX = 1e15;
/** What is smaller is nothing: steps of a scale cannot be computed of the smallest numbers that there are. */
const MAGNITUDE_MIN = 1e-15;

/** A line or bar chart as SVG that takes its colours from the page. What is no chart, or too much of one, becomes nothing. */
export function svgChart(value: unknown): string {
  const chart = chartOf(value);
  const numbers = chart.series.flatMap(({ values }) => values.filter((number) => number !== null));
  if (chart.labels.length === 0 || numbers.length === 0) return "";
  const scale = niceScale(Math.min(...numbers, 0), Math.max(...numbers, 0));
  const marks = chart.kind === "bar" ? bars(chart, scale) : lines(chart, scale);
  const told = `${chart.title}: ${chart.series.map(({ name }) => name).join(", ")}, from ${chart.labels[0] ?? ""} to ${chart.labels.at(-1) ?? ""}`;
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(told)}" xmlns="http://www.w3.org/2000/svg">`,
    grid(scale),
    marks,
    labels(chart),
    legend(chart),
    "</svg>",
  ].join("");
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Steps of 1, 2 or 5 times a power of ten, four or five of them. */
function niceScale(least: number, most: number): Scale {
  const range = most - least || 1;
  const rough = range / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  return { low: Math.floor(least / step) * step, high: Math.ceil(most / step) * step || step, step };
}

function x(index: number, count: number): number {
  const width = WIDTH - BOX.left - BOX.right;
  return BOX.left + (width * (index + 0.5)) / count;
}

function y(value: number, { low, high }: Scale): number {
  return BOX.top + (HEIGHT - BOX.top - BOX.bottom) * (1 - (value - low) / (high - low));
}

function grid(scale: Scale): string {
  const parts: string[] = [];
  const count = Math.round((scale.high - scale.low) / scale.step);
  for (let index = 0; index <= count; index += 1) {
    const value = scale.low + index * scale.step;
    const at = fixed(y(value, scale));
    const zero = Math.abs(value) < scale.step / 1e6;
    parts.push(`<line class="${zero ? "zero" : "grid"}" x1="${BOX.left}" x2="${WIDTH - BOX.right}" y1="${at}" y2="${at}"/>`);
    parts.push(`<text x="${BOX.left - 8}" y="${at}" dy="5" text-anchor="end">${short(zero ? 0 : value)}</text>`);
  }
  return parts.join("");
}

function lines({ series, labels: { length } }: Chart, scale: Scale): string {
  return series
    .map(({ name, values }, index) => {
      const points = values.map((value, place) => (value === null ? undefined : { value, at: x(place, length), up: y(value, scale) }));
      // After a gap the line begins anew.
      const path = points.map((point, place) =>
        point === undefined ? "" : `${points[place - 1] === undefined ? "M" : "L"}${fixed(point.at)} ${fixed(point.up)}`,
      );
      const seen = points.filter((point) => point !== undefined);
      const dots = seen.length > 60 ? "" : seen.map((point) => dot({ ...point, name, index })).join("");
      return `<path d="${path.join("")}" fill="none" stroke="${colour(index)}" stroke-width="2.2" stroke-linejoin="round"/>${dots}`;
    })
    .join("");
}

interface Dot {
  readonly at: number;
  readonly up: number;
  readonly name: string;
  readonly value: number;
  readonly index: number;
}

function dot({ at, up, name, value, index }: Dot): string {
  return `<circle cx="${fixed(at)}" cy="${fixed(up)}" r="2.6" fill="${colour(index)}"><title>${escaped(`${name}: ${spoken(value)}`)}</title></circle>`;
}

function bars({ series, labels: { length } }: Chart, scale: Scale): string {
  const room = ((WIDTH - BOX.left - BOX.right) / length) * 0.76;
  const wide = Math.max(room / series.length, 0.5);
  const zero = y(0, scale);
  return series
    .flatMap(({ name, values }, index) =>
      values.map((value, place) => {
        if (value === null) return "";
        const at = x(place, length) - room / 2 + index * wide;
        const up = y(value, scale);
        const tall = Math.max(Math.abs(zero - up), 0.5);
        const box = `x="${fixed(at)}" y="${fixed(Math.min(zero, up))}" width="${fixed(wide * 0.94)}" height="${fixed(tall)}"`;
        return `<rect ${box} rx="1.5" fill="${colour(index)}"><title>${escaped(`${name}: ${spoken(value)}`)}</title></rect>`;
      }),
    )
    .join("");
}

/** As many labels as can be read beside one another. */
function labels({ labels: names }: Chart): string {
  const room = WIDTH - BOX.left - BOX.right;
  const longest = Math.max(...names.map((name) => Math.min(name.length, 12)), 1);
  const every = Math.ceil((names.length * (longest * LETTER + 8)) / room);
  const letters = Math.floor(((room / names.length) * every) / LETTER);
  return names
    .map((name, index) => {
      if (index % every !== 0) return "";
      return `<text x="${fixed(x(index, names.length))}" y="${HEIGHT - BOX.bottom + 21}" text-anchor="middle">${escaped(cut(name, letters))}</text>`;
    })
    .join("");
}

/** Which colour is which series; of one alone the title of the chart says enough. */
function legend({ series }: Chart): string {
  if (series.length < 2) return "";
  const room = (WIDTH - BOX.left) / series.length;
  return series
    .map(({ name }, index) => {
      const at = fixed(BOX.left + index * room);
      const text = escaped(cut(name, Math.floor(room / LETTER) - 3));
      return `<rect x="${at}" y="${HEIGHT - 18}" width="11" height="11" rx="2" fill="${colour(index)}"/><text x="${at}" dx="16" y="${HEIGHT - 8}">${text}</text>`;
    })
    .join("");
}

function cut(text: string, letters: number): string {
  return (text.length <= letters ? text : `${text.slice(0, Math.max(letters - 1, 1))}…`).toWellFormed();
}

function chartOf(value: unknown): Chart {
  const { title = "", kind = "line", labels: names = [], series = [] } = (value ?? {}) as Readonly<Record<string, unknown>>;
  // Without separators: a number that is a label is a year, or counts something.
  const labelled = listOf(names)
    .slice(0, POINTS_MAX)
    .map((label) => (typeof label === "number" ? String(label) : spoken(label)));
  return {
    title: spoken(title),
    kind: spoken(kind),
    labels: labelled,
    series: listOf(series)
      .slice(0, SERIES_MAX)
      .map((one) => {
        const { name = "", values = [] } = (one ?? {}) as Readonly<Record<string, unknown>>;
        return { name: spoken(name), values: listOf(values).slice(0, labelled.length).map(numberOf) };
      }),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(value: unknown): number | null {
  if (typeof value !== "number" || !(Math.abs(value) <= MAGNITUDE_MAX)) return null;
  return Math.abs(value) < MAGNITUDE_MIN ? 0 : value;
}

const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

function short(value: number): string {
  return value !== 0 && Math.abs(value) < 0.01 ? value.toExponential(0) : SHORT.format(value);
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function colour(index: number): string {
  return `var(--s${index % COLOURS})`;
}
