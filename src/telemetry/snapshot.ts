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
  const calls = byServer(counter("tutti_calls_total"));
  const answers = byServer(counter("tutti_cache_answers_total"));
  const [retries, failovers] = [byServer(counter("tutti_call_retries_total")), byServer(counter("tutti_failovers_total"))];
  const [hedges, rateLimited] = [byServer(counter("tutti_hedges_total")), byServer(counter("tutti_rate_limited_total"))];
  const latency = byServer(histogram("tutti_call_duration_seconds"));
  const queued = byServer(histogram("tutti_call_queue_seconds"));
  const overhead = byServer(histogram("tutti_call_overhead_seconds"));
  const waiting = byServer(gauge("tutti_calls_waiting"));
  const replicas = replicaSamples(gauge);
  const names = new Set([calls, latency, waiting, replicas].flatMap((known) => [...known.keys()]));
  const sampleOf = (server: string): ServerSample => ({
    server,
    calls: sum(calls.get(server)),
    had: sum(calls.get(server), ([, , outcome = ""]) => outcome === "succeeded" || SERVER_ERRORS.has(outcome)),
    errors: sum(calls.get(server), ([, , outcome = ""]) => SERVER_ERRORS.has(outcome)),
    callsPerMinute: callsPerMinute(server),
    retries: sum(retries.get(server)),
    failovers: sum(failovers.get(server)),
    hedges: sum(hedges.get(server)),
    cacheHits: sum(answers.get(server), ([, result]) => result !== "miss"),
    cacheMisses: sum(answers.get(server), ([, result]) => result === "miss"),
    rateLimited: sum(rateLimited.get(server)),
    latency: distribution(latency.get(server)),
    queued: distribution(queued.get(server)),
    overhead: distribution(overhead.get(server)),
    waiting: sum(waiting.get(server)),
    replicas: replicas.get(server) ?? [],
  });
  return { atMs, upMs, servers: [...names].sort().map(sampleOf) };
}

/** The server is always the first label. */
function byServer<Value>(series: Iterable<Series<Value>>): ReadonlyMap<string, readonly Series<Value>[]> {
  return Map.groupBy(series, ({ labels: [server = ""] }) => server);
}

function sum(series: readonly Series<number>[] = [], counts: (labels: readonly string[]) => boolean = () => true): number {
  let total = 0;
  for (const { labels, value } of series) if (counts(labels)) total += value;
  return total;
}

/** A server has one series of each histogram. */
function distribution([only]: readonly Series<Distribution>[] = []): Distribution {
  return only === undefined ? { bounds: [], counts: [], sum: 0 } : frozen(only.value);
}
