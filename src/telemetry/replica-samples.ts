import type { HealthState } from "../model/health.ts";
import { BREAKER_LEVELS, HEALTH_LEVELS } from "../model/metric.ts";
import type { GaugeName } from "../model/metric.ts";
import type { BreakerState } from "../model/server-stats.ts";
import type { Series } from "./series.ts";

/** How one replica is doing at a moment. */
export interface ReplicaSample {
  /** Empty when it is the only one. */
  readonly replica: string;
  readonly inFlight: number;
  readonly health: HealthState;
  /** Absent when it has none, or none yet. */
  readonly breaker?: BreakerState;
  readonly resources: readonly ResourceSample[];
}

export interface ResourceSample {
  readonly resource: string;
  readonly capacity: number;
  readonly inUse: number;
  /** The occupied amount times seconds. */
  readonly busySeconds: number;
  /** In which none of it was occupied. */
  readonly idleSeconds: number;
}

/** Brings together by server what gauges say of each of its replicas. */
export function replicaSamples(gauge: (name: GaugeName) => Iterable<Series<number>>): ReadonlyMap<string, readonly ReplicaSample[]> {
  const inFlight = new Readings(gauge("tutti_calls_in_flight"));
  const health = new Readings(gauge("tutti_server_health"));
  const breakers = new Readings(gauge("tutti_breaker_state"));
  const resources = resourceSamples(gauge);
  const found = new Map([...inFlight.labels, ...health.labels, ...breakers.labels, ...resources.labels]);
  const samples = new Map<string, ReplicaSample[]>();
  for (const [key, [server = "", replica = ""]] of found) {
    const breaker = BREAKER_LEVELS[breakers.at(key) ?? -1];
    const sample: ReplicaSample = {
      replica,
      inFlight: inFlight.at(key) ?? 0,
      health: HEALTH_LEVELS[health.at(key) ?? 0] ?? "unknown",
      ...(breaker === undefined ? {} : { breaker }),
      resources: resources.at(key) ?? [],
    };
    samples.set(server, [...(samples.get(server) ?? []), sample]);
  }
  return samples;
}

function resourceSamples(gauge: (name: GaugeName) => Iterable<Series<number>>): Readings<readonly ResourceSample[]> {
  const inUse = new Readings(gauge("tutti_resource_in_use"));
  const busy = new Readings(gauge("tutti_resource_busy_seconds_total"));
  const idle = new Readings(gauge("tutti_resource_idle_seconds_total"));
  const samples = new Map<string, { readonly labels: readonly string[]; readonly value: ResourceSample[] }>();
  for (const { labels, value: capacity } of gauge("tutti_resource_capacity")) {
    const [server = "", replica = "", resource = ""] = labels;
    const key = keyOf(labels);
    const sample = {
      resource,
      capacity,
      inUse: inUse.at(key) ?? 0,
      busySeconds: busy.at(key) ?? 0,
      idleSeconds: idle.at(key) ?? 0,
    };
    const place = [server, replica];
    const known = samples.get(keyOf(place));
    if (known === undefined) samples.set(keyOf(place), { labels: place, value: [sample] });
    else known.value.push(sample);
  }
  return new Readings(samples.values());
}

/** The series of a gauge, found by their labels. */
class Readings<Value> {
  /** By key. */
  readonly labels = new Map<string, readonly string[]>();
  readonly #values = new Map<string, Value>();

  constructor(series: Iterable<Series<Value>>) {
    for (const { labels, value } of series) {
      this.labels.set(keyOf(labels), labels);
      this.#values.set(keyOf(labels), value);
    }
  }

  at(key: string): Value | undefined {
    return this.#values.get(key);
  }
}

function keyOf(labels: readonly string[]): string {
  return JSON.stringify(labels);
}
