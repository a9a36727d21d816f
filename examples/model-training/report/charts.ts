import { escaped } from "./escaped.ts";

/** Charts as SVG whose colours are those of the page that they are in: `--line`, `--ink`, `--muted`, `--grid`. */

const WIDTH = 640;

/** Some values in their order, as a curve with its first and last value in words. */
export function lineChart(values: readonly number[], { title, unit }: { readonly title: string; readonly unit: string }): string {
  const height = 220;
  const [left, right, top, bottom] = [52, 64, 16, 28];
  const high = Math.max(...values);
  const low = Math.min(...values, high * 0.9);
  const x = (place: number): number => left + (place / Math.max(1, values.length - 1)) * (WIDTH - left - right);
  const y = (value: number): number => top + ((high - value) / (high - low || 1)) * (height - top - bottom);
  const points = values.map((value, place) => `${x(place).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const lines = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = low + share * (high - low);
    return (
      `<line class="grid" x1="${left}" x2="${WIDTH - right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/>` +
      `<text class="muted" x="${left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(2)}</text>`
    );
  });
  const last = values.at(-1) ?? 0;
  const end = `<circle class="dot" cx="${x(values.length - 1).toFixed(1)}" cy="${y(last).toFixed(1)}" r="4"/>
    <text x="${(x(values.length - 1) + 9).toFixed(1)}" y="${(y(last) + 4).toFixed(1)}">${last.toFixed(3)}</text>`;
  const axis = [0, values.length - 1].map(
    (place) =>
      `<text class="muted" x="${x(place).toFixed(1)}" y="${height - 8}" text-anchor="middle">${escaped(`${unit} ${place + 1}`)}</text>`,
  );
  return drawing(height, title, [...lines, `<polyline class="line" points="${points}"/>`, end, ...axis]);
}

/** Amounts beside one another, each with its name and its number. */
export function barChart(bars: readonly { readonly name: string; readonly amount: number }[], title: string): string {
  const [row, left, right] = [30, 110, 48];
  const most = Math.max(1, ...bars.map(({ amount }) => amount));
  const parts = bars.map(({ name, amount }, place) => {
    const width = (amount / most) * (WIDTH - left - right);
    const y = place * row + 6;
    return `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${escaped(name)}</text>
      <rect class="bar" x="${left}" y="${y}" width="${Math.max(1, width).toFixed(1)}" height="18" rx="3"><title>${escaped(name)}: ${amount}</title></rect>
      <text class="muted" x="${(left + width + 8).toFixed(1)}" y="${y + 14}">${amount}</text>`;
  });
  return drawing(bars.length * row + 8, title, parts);
}

export interface Span {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Failed spans look so. */
  readonly failed: boolean;
}

/** What took from when till when, below one another. */
export function timeline(spans: readonly Span[], title: string): string {
  const [row, left, right, bottom] = [20, 150, 60, 26];
  const end = Math.max(1, ...spans.map(({ toMs }) => toMs));
  const x = (ms: number): number => left + (ms / end) * (WIDTH - left - right);
  const height = spans.length * row + bottom;
  const parts = spans.map(({ name, fromMs, toMs, failed }, place) => {
    const y = place * row + 4;
    const seconds = ((toMs - fromMs) / 1_000).toFixed(2);
    return `<text x="${left - 10}" y="${y + 10}" text-anchor="end" class="small">${escaped(name)}</text>
      <rect class="${failed ? "failed" : "bar"}" x="${x(fromMs).toFixed(1)}" y="${y}" width="${Math.max(2, x(toMs) - x(fromMs)).toFixed(1)}" height="12" rx="2">
        <title>${escaped(name)}: ${seconds} s</title></rect>`;
  });
  const axis = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = x(share * end).toFixed(1);
    return (
      `<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${height - bottom + 4}"/>` +
      `<text class="muted small" x="${at}" y="${height - 6}" text-anchor="middle">${((share * end) / 1_000).toFixed(1)} s</text>`
    );
  });
  return drawing(height, title, [...axis, ...parts]);
}

function drawing(height: number, title: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">\n${parts.join("\n")}\n</svg>`;
}
