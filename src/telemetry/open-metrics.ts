import type { Clock } from "../base/clock.ts";
import { COUNTERS, GAUGES, HISTOGRAMS } from "../model/metric.ts";
import type { CounterName, GaugeName, GaugeTraits, HistogramName, MetricTraits } from "../model/metric.ts";
import type { GaugeReading, Labels, Metrics } from "../ports/metrics.ts";
import { Histogram } from "./distribution.ts";
import { familyText } from "./prometheus-text.ts";
import type { Family } from "./prometheus-text.ts";
import { RecentCounts } from "./recent-counts.ts";
import { SeriesTable } from "./series.ts";
import type { Series } from "./series.ts";
import { takeSnapshot } from "./snapshot.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** Measurements of one process, kept in memory. */
export interface MetricsStore extends Metrics {
  /** Everything, in the text format of Prometheus. */
  prometheusText(): string;
  /** What is known of each server now. */
  snapshot(): MetricsSnapshot;
}

/**
 * Makes a store for what this process measures. Its size has a limit, and what it costs to measure is a look-up in a map:
 * docs/decisions/0014-own-metrics.md has the figures.
 */
export function openMetrics(clock: Pick<Clock, "monotonicMs">): MetricsStore {
  return new OpenMetrics(clock);
}

interface Counter {
  value: number;
}

class OpenMetrics implements MetricsStore {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #startMs: number;
  readonly #counters: Readonly<Record<CounterName, SeriesTable<Counter>>>;
  readonly #histograms: Readonly<Record<HistogramName, SeriesTable<Histogram>>>;
  readonly #gauges: Readonly<Record<GaugeName, Set<() => Iterable<GaugeReading>>>>;
  readonly #recentCalls: RecentCounts;

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    this.#counters = forEach(COUNTERS, ({ labels }) => new SeriesTable<Counter>(labels, () => ({ value: 0 })));
    this.#histograms = forEach(HISTOGRAMS, ({ labels, bounds }) => new SeriesTable(labels, () => new Histogram(bounds)));
    this.#gauges = forEach(GAUGES, () => new Set<() => Iterable<GaugeReading>>());
    this.#recentCalls = new RecentCounts(clock);
  }

  count(name: CounterName, labels: Labels, by: number = 1): void {
    // A counter that goes down would be taken for a restart.
    if (!(by > 0 && by < Infinity)) return;
    this.#counters[name].of(labels).value += by;
    if (name === "tutti_calls_total") this.#recentCalls.add(labels["server"] ?? "", by);
  }

  record(name: HistogramName, labels: Labels, seconds: number): void {
    this.#histograms[name].of(labels).add(seconds);
  }

  observe(name: GaugeName, read: () => Iterable<GaugeReading>): Disposable {
    // Somebody may observe the same twice, and stop once.
    const own = (): Iterable<GaugeReading> => read();
    this.#gauges[name].add(own);
    return { [Symbol.dispose]: () => void this.#gauges[name].delete(own) };
  }

  prometheusText(): string {
    return [...this.#families()].map(familyText).join("");
  }

  snapshot(): MetricsSnapshot {
    const atMs = this.#clock.monotonicMs();
    return takeSnapshot({
      atMs,
      upMs: atMs - this.#startMs,
      callsPerMinute: (server) => this.#recentCalls.perMinute(server),
      counter: (name) => numbers(this.#counters[name].all()),
      histogram: (name) => this.#histograms[name].all(),
      gauge: (name) => this.#readings(name),
    });
  }

  *#families(): Generator<Family> {
    for (const [name, { about, labels }] of entries(COUNTERS)) {
      yield { name, about, labels, type: "counter", series: numbers(this.#counters[name].all()) };
    }
    for (const [name, { about, labels }] of entries(HISTOGRAMS)) {
      yield { name, about: `${about}, in seconds`, labels, type: "histogram", series: this.#histograms[name].all() };
    }
    for (const [name, { about, labels }] of entries(GAUGES)) {
      // What only grows is a counter to whoever reads it, also when it is not we who count.
      const type = name.endsWith("_total") ? "counter" : "gauge";
      yield { name, about, labels, type, series: this.#readings(name) };
    }
  }

  #readings(name: GaugeName): Iterable<Series<number>> {
    const { labels, together }: GaugeTraits = GAUGES[name];
    const table = new SeriesTable<{ value: number | undefined }>(labels, () => ({ value: undefined }));
    for (const read of this.#gauges[name]) {
      for (const reading of read()) {
        const series = table.of(reading.labels);
        series.value = joined(series.value, reading.value, together);
      }
    }
    return numbers(table.all());
  }
}

function joined(before: number | undefined, value: number, together: GaugeTraits["together"]): number {
  if (before === undefined) return value;
  return together === "sum" ? before + value : Math.max(before, value);
}

function* numbers(series: Iterable<Series<{ readonly value: number | undefined }>>): Generator<Series<number>> {
  for (const { labels, value } of series) yield { labels, value: value.value ?? 0 };
}

function forEach<Name extends string, Traits extends MetricTraits, Made>(
  metrics: Readonly<Record<Name, Traits>>,
  make: (traits: Traits) => Made,
): Readonly<Record<Name, Made>> {
  // The keys are those of the argument.
  return Object.fromEntries(entries(metrics).map(([name, traits]) => [name, make(traits)])) as Record<Name, Made>;
}

function entries<Name extends string, Value>(record: Readonly<Record<Name, Value>>): readonly (readonly [Name, Value])[] {
  return Object.entries(record) as [Name, Value][];
}
