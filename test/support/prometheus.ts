import { canonicalJson } from "../../src/base/json.ts";

/** One sample of a metric, as a scraper reads it. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with its samples. */
export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const TYPES = ["counter", "gauge", "histogram"];

/**
 * Reads the text format 0.0.4 of Prometheus as strictly as its description allows: each metric has HELP and TYPE once, in
 * this order, before all of its samples; names and labels are well-formed; no series is there twice; histograms are
 * cumulative and end with +Inf. Throws with the line that is wrong.
 */
export function parsePrometheus(text: string): ReadonlyMap<string, ParsedFamily> {
  if (!text.endsWith("\n")) throw new Error("the last line must end");
  const families = new Map<string, { name: string; type: string; help: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current: { name: string; type: string; help: string; samples: Sample[] } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (\w+)$/.exec(line);
    if (help !== null) {
      const [, name = "", about = ""] = help;
      if (families.has(name)) throw new Error(`described twice: ${line}`);
      current = { name, type: "", help: about, samples: [] };
      families.set(name, current);
    } else if (type !== null) {
      const [, name = "", kind = ""] = type;
      if (current?.name !== name || current.type !== "" || !TYPES.includes(kind))
        throw new Error(`not the type of what is described: ${line}`);
      current.type = kind;
    } else {
      const sample = parseSample(line);
      if (current === undefined || !belongs(sample.name, current)) throw new Error(`not of the metric before it: ${line}`);
      const series = `${sample.name}${canonicalJson(sample.labels)}`;
      if (seen.has(series)) throw new Error(`twice: ${line}`);
      seen.add(series);
      current.samples.push(sample);
    }
  }
  for (const family of families.values()) if (family.type === "histogram") checkHistogram(family);
  return families;
}

/** The value of one series; undefined when it is not there. */
export function sampleValue(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = canonicalJson(labels);
  const samples = [...families.values()].flatMap((family) => family.samples);
  return samples.find((sample) => sample.name === name && canonicalJson(sample.labels) === wanted)?.value;
}

function belongs(name: string, { name: family, type }: { readonly name: string; readonly type: string }): boolean {
  if (type === "histogram") return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name);
  return type !== "" && name === family;
}

function parseSample(line: string): Sample {
  const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^\n]*)\})? (\S+)$/u.exec(line);
  if (match === null) throw new Error(`no sample: ${JSON.stringify(line)}`);
  const [, name = "", inside = "", number = ""] = match;
  const value = number === "+Inf" ? Infinity : Number(number);
  if (Number.isNaN(value)) throw new Error(`no number: ${line}`);
  const labels: Record<string, string> = {};
  let rest = inside;
  while (rest !== "") {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=[^\n])|$)/.exec(rest);
    if (pair === null) throw new Error(`no label: ${rest} in ${line}`);
    const [whole, label = "", escaped = ""] = pair;
    if (Object.hasOwn(labels, label)) throw new Error(`a label twice: ${line}`);
    labels[label] = escaped.replaceAll(/\\([\\"n])/g, (_, character: string) => (character === "n" ? "\n" : character));
    rest = rest.slice(whole.length);
  }
  return { name, labels, value };
}

function checkHistogram({ name, samples }: ParsedFamily): void {
  const groups = Map.groupBy(samples, ({ labels }) => canonicalJson({ ...labels, le: "" }));
  for (const [labels, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((bucket) => (bucket.labels["le"] === "+Inf" ? Infinity : Number(bucket.labels["le"])));
    const rising = bounds.every((bound, place) => place === 0 || bound > (bounds[place - 1] ?? 0));
    const counts = buckets.map(({ value }) => value);
    const cumulative = counts.every((count, place) => place === 0 || count >= (counts[place - 1] ?? 0));
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    if (!rising || !cumulative || bounds.at(-1) !== Infinity || counts.at(-1) !== count)
      throw new Error(`not cumulative: ${name} ${labels}`);
    if (!group.some((sample) => sample.name === `${name}_sum`)) throw new Error(`no sum: ${name} ${labels}`);
  }
}
