import type { Distribution } from "./distribution.ts";
import type { Series } from "./series.ts";

/** The media type of {@link familyText}. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** One metric with all that was measured. */
export type Family = { readonly name: string; readonly about: string; readonly labels: readonly string[] } & (
  | { readonly type: "counter" | "gauge"; readonly series: Iterable<Series<number>> }
  | { readonly type: "histogram"; readonly series: Iterable<Series<Distribution>> }
);

/** A metric in the text format of Prometheus. It is described also when nothing has been measured yet. */
export function familyText(family: Family): string {
  const { name, about, type } = family;
  let text = `# HELP ${name} ${about.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
  if (family.type === "histogram") for (const each of family.series) text += histogramText(family, each);
  else for (const { labels, value } of family.series) text += sample(name, pairs(family.labels, labels), value);
  return text;
}

function histogramText({ name, labels: names }: Family, { labels, value }: Series<Distribution>): string {
  const own = pairs(names, labels);
  let text = "";
  let total = 0;
  for (const [bucket, count] of value.counts.entries()) {
    total += count;
    text += sample(`${name}_bucket`, [...own, `le="${numberText(value.bounds[bucket] ?? Infinity)}"`], total);
  }
  return text + sample(`${name}_sum`, own, value.sum) + sample(`${name}_count`, own, total);
}

function sample(name: string, labels: readonly string[], value: number): string {
  return `${name}${labels.length === 0 ? "" : `{${labels.join(",")}}`} ${numberText(value)}\n`;
}

/** An empty label is none. */
function pairs(names: readonly string[], values: readonly string[]): readonly string[] {
  return names.flatMap((name, place) => {
    const value = values[place] ?? "";
    return value === "" ? [] : [`${name}="${escaped(value)}"`];
  });
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
