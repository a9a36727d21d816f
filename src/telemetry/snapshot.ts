import { SERVER_ERRORS } from "../model/metric.ts";
import type { CounterName, GaugeName, HistogramName } from "../model/metric.ts";
import { frozen } from "./distribution.ts";
import type { Distribution } from "./distribution.ts";
import { replicaSamples } from "./replica-samples.ts";
import type { ReplicaSample } from "./replica-samples.ts";
import type { Series } from "./series.ts";

/** What was measured of all servers up to a moment. Numbers only grow from one snapshot to the next, except what is "now". */
export interface MetricsSnapshot {
  /** Of a monotonic clock. */
  readonly atMs: number;
  /** Since when it is measured. */
  readonly upMs: number;
  readonly servers: readonly ServerSample[];
}

export interface ServerSample {
  readonly server: string;
  readonly calls: number;
  /** Attempts that a server has answered or failed. */
  readonly had: number;
  readonly errors: number;
  readonly callsPerMinute: number;
  readonly retries: number;
  readonly failovers: number;
  readonly hedges: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly rateLimited: number;
  readonly latency: Distribution;
  readonly queued: Distribution;
  readonly overhead: Distribution;
  /** Now. */
  readonly waiting: number;
  readonly replicas: readonly ReplicaSample[];
}

/** What a snapshot is taken of. */
export interface SnapshotSource {
  readonly atMs: number;
  readonly upMs: number;
  readonly callsPerMinute: (server: string) => number;
  readonly counter: (name: CounterName) => Iterable<Series<number>>;
  readonly histogram: (name: HistogramName) => Iterable<Series<Distribution>>;
  readonly gauge: (name: GaugeName) => Iterable<Series<number>>;
}

/** Brings together by server what the metrics have by name. */
export function takeSnapshot(source: SnapshotSource): MetricsSnapshot {
  const { atMs, upMs, callsPerMinute, counter, histogram, gauge } = source;
  const calls = [...counter("tutti_calls_total")];
  const answers = [...counter("tutti_cache_answers_total")];
  const [waiting, durations] = [[...gauge("tutti_calls_waiting")], [...histogram("tutti_call_duration_seconds")]];
  const replicas = replicaSamples(gauge);
  const names = new Set([...[...calls, ...waiting, ...durations].map(({ labels: [server = ""] }) => server), ...replicas.keys()]);
  const sampleOf = (server: string): ServerSample => ({
    server,
    calls: sum(calls, server),
    had: sum(calls, server, ([, , outcome = ""]) => outcome === "succeeded" || SERVER_ERRORS.has(outcome)),
    errors: sum(calls, server, ([, , outcome = ""]) => SERVER_ERRORS.has(outcome)),
    callsPerMinute: callsPerMinute(server),
    retries: sum(counter("tutti_call_retries_total"), server),
    failovers: sum(counter("tutti_failovers_total"), server),
    hedges: sum(counter("tutti_hedges_total"), server),
    cacheHits: sum(answers, server, ([, result]) => result !== "miss"),
    cacheMisses: sum(answers, server, ([, result]) => result === "miss"),
    rateLimited: sum(counter("tutti_rate_limited_total"), server),
    latency: distribution(durations, server),
    queued: distribution(histogram("tutti_call_queue_seconds"), server),
    overhead: distribution(histogram("tutti_call_overhead_seconds"), server),
    waiting: sum(waiting, server),
    replicas: replicas.get(server) ?? [],
  });
  return { atMs, upMs, servers: [...names].sort().map(sampleOf) };
}

/** Of the series of one server, which is always the first label. */
function sum(series: Iterable<Series<number>>, server: string, counts: (labels: readonly string[]) => boolean = () => true): number {
  let total = 0;
  for (const { labels, value } of series) if (labels[0] === server && counts(labels)) total += value;
  return total;
}

function distribution(series: Iterable<Series<Distribution>>, server: string): Distribution {
  for (const { labels, value } of series) if (labels[0] === server) return frozen(value);
  return { bounds: [], counts: [], sum: 0 };
}
