import type { CounterName, GaugeName, HistogramName } from "../model/metric.ts";

export type Labels = Readonly<Record<string, string>>;

/** Takes measurements. Must return at once and never throw. */
export interface Metrics {
  /** Default: one. */
  count(name: CounterName, labels: Labels, by?: number): void;
  /** A duration in seconds. */
  record(name: HistogramName, labels: Labels, seconds: number): void;
  /** Has a gauge read whenever somebody looks, until it is disposed. */
  observe(name: GaugeName, read: () => Iterable<GaugeReading>): Disposable;
}

export interface GaugeReading {
  readonly labels: Labels;
  readonly value: number;
}

/** Measures nothing. */
export const UNMEASURED: Metrics = {
  count: () => undefined,
  record: () => undefined,
  observe: () => ({ [Symbol.dispose]: () => undefined }),
};
