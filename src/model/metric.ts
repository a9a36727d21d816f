/** What is measured. Names, units and labels follow the conventions of Prometheus; docs/operations.md explains each. */
export interface MetricTraits {
  readonly about: string;
  readonly labels: readonly string[];
}

export const COUNTERS = {
  tutti_calls_total: { about: "attempts to use a tool that have ended", labels: ["server", "tool", "outcome"] },
  tutti_call_retries_total: { about: "attempts after the first", labels: ["server"] },
  tutti_failovers_total: { about: "times that a call went on to another replica", labels: ["server"] },
  tutti_hedges_total: { about: "calls that were sent to a second replica because the first was slow", labels: ["server"] },
  tutti_cache_answers_total: { about: "calls of steps with a cache, by where the answer came from", labels: ["server", "result"] },
  tutti_breaker_changes_total: { about: "changes of a circuit breaker", labels: ["server", "replica", "state"] },
  tutti_rate_limited_total: { about: "calls that had to wait for a rate limit", labels: ["server"] },
  tutti_executions_total: { about: "executions that have ended", labels: ["workflow", "outcome"] },
} as const satisfies Readonly<Record<string, MetricTraits>>;

/** All in seconds. */
export const HISTOGRAMS = {
  tutti_call_duration_seconds: { about: "from sending a call to its answer", labels: ["server"] },
  tutti_call_queue_seconds: { about: "waiting for a rate limit, a place or resources", labels: ["server"] },
  tutti_call_overhead_seconds: { about: "what Tutti itself adds to a call, without waiting", labels: ["server"] },
  tutti_execution_duration_seconds: { about: "from the start of an execution to its end", labels: ["workflow"] },
} as const satisfies Readonly<Record<string, MetricTraits>>;

export const GAUGES = {
  tutti_calls_in_flight: { about: "calls that are with a server", labels: ["server", "replica"] },
  tutti_calls_waiting: { about: "calls that wait for a place or resources", labels: ["server"] },
  tutti_breaker_state: { about: "0 closed, 1 half open, 2 open", labels: ["server", "replica"] },
  tutti_server_health: { about: "0 unknown, 1 healthy, 2 degraded, 3 unhealthy, 4 unreachable", labels: ["server", "replica"] },
  tutti_resource_capacity: { about: "how much a replica has", labels: ["server", "replica", "resource"] },
  tutti_resource_in_use: { about: "how much of it is occupied", labels: ["server", "replica", "resource"] },
  tutti_resource_busy_seconds_total: { about: "occupied amount times seconds", labels: ["server", "replica", "resource"] },
  tutti_executions_running: { about: "executions that this process drives", labels: [] },
} as const satisfies Readonly<Record<string, MetricTraits>>;

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;
export type GaugeName = keyof typeof GAUGES;
