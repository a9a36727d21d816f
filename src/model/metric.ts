import type { CallErrorKind } from "./call.ts";
import type { HealthState } from "./health.ts";
import type { BreakerState } from "./server-stats.ts";

/** What is measured. Names, units and labels follow the conventions of Prometheus; docs/operations.md explains each. */
export interface MetricTraits {
  readonly about: string;
  readonly labels: readonly string[];
}

export interface HistogramTraits extends MetricTraits {
  /** The upper ends of the buckets, in seconds, ascending. */
  readonly bounds: readonly number[];
}

export interface GaugeTraits extends MetricTraits {
  /** What becomes of readings with the same labels: two processes may each bring servers of the same name. */
  readonly together: "sum" | "max";
}

export type CounterName =
  | "tutti_calls_total"
  | "tutti_call_retries_total"
  | "tutti_failovers_total"
  | "tutti_hedges_total"
  | "tutti_cache_answers_total"
  | "tutti_breaker_changes_total"
  | "tutti_rate_limited_total"
  | "tutti_executions_total";

export type HistogramName =
  | "tutti_call_duration_seconds"
  | "tutti_call_queue_seconds"
  | "tutti_call_overhead_seconds"
  | "tutti_execution_duration_seconds";

export type GaugeName =
  | "tutti_calls_in_flight"
  | "tutti_calls_waiting"
  | "tutti_breaker_state"
  | "tutti_server_health"
  | "tutti_resource_capacity"
  | "tutti_resource_in_use"
  | "tutti_resource_busy_seconds_total"
  | "tutti_resource_idle_seconds_total"
  | "tutti_lease_capacity"
  | "tutti_lease_in_use"
  | "tutti_executions_running"
  | "tutti_alert_firing"
  | "tutti_build_info"
  | "process_resident_memory_bytes"
  | "process_cpu_seconds_total"
  | "process_start_time_seconds";

/** A call takes from a millisecond to a minute. */
const CALL_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const OVERHEAD_BOUNDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
/** An execution takes from some milliseconds to a day. */
const EXECUTION_BOUNDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];

/**
 * `tool` is only a name that the server has shown to have. Tenants and users are no labels: there may be any number of
 * them, and whoever may look at metrics need not be one who may know of them.
 */
export const COUNTERS: Readonly<Record<CounterName, MetricTraits>> = {
  tutti_calls_total: {
    about: "attempts to use a tool that have ended; the outcome is succeeded, cached or a kind of error",
    labels: ["server", "tool", "outcome"],
  },
  tutti_call_retries_total: { about: "attempts after the first", labels: ["server"] },
  tutti_failovers_total: { about: "times that a call went on to another replica", labels: ["server"] },
  tutti_hedges_total: { about: "calls that were sent to a second replica because the first was slow", labels: ["server"] },
  tutti_cache_answers_total: { about: "calls of steps with a cache, by where the answer came from", labels: ["server", "result"] },
  tutti_breaker_changes_total: {
    about: "changes of a circuit breaker, by the state that it came to",
    labels: ["server", "replica", "state"],
  },
  tutti_rate_limited_total: { about: "calls that had to wait for a rate limit", labels: ["server"] },
  tutti_executions_total: { about: "executions that have ended", labels: ["workflow", "outcome"] },
};

/** All in seconds. */
export const HISTOGRAMS: Readonly<Record<HistogramName, HistogramTraits>> = {
  tutti_call_duration_seconds: { about: "from sending a call to its answer", labels: ["server"], bounds: CALL_BOUNDS },
  tutti_call_queue_seconds: { about: "waiting for a rate limit, a place or resources", labels: ["server"], bounds: CALL_BOUNDS },
  tutti_call_overhead_seconds: { about: "what Tutti itself adds to a call, without waiting", labels: ["server"], bounds: OVERHEAD_BOUNDS },
  tutti_execution_duration_seconds: {
    about: "from the start of an execution to its end",
    labels: ["workflow"],
    bounds: EXECUTION_BOUNDS,
  },
};

export const GAUGES: Readonly<Record<GaugeName, GaugeTraits>> = {
  tutti_calls_in_flight: { about: "calls that are with a server", labels: ["server", "replica"], together: "sum" },
  tutti_calls_waiting: { about: "calls that wait for a place or resources", labels: ["server"], together: "sum" },
  tutti_breaker_state: {
    about: "0 closed, 1 half open, 2 open; of breakers per tool the worst",
    labels: ["server", "replica"],
    together: "max",
  },
  tutti_server_health: {
    about: "0 unknown, 1 healthy, 2 degraded, 3 unhealthy, 4 unreachable",
    labels: ["server", "replica"],
    together: "max",
  },
  tutti_resource_capacity: { about: "how much a replica has", labels: ["server", "replica", "resource"], together: "sum" },
  tutti_resource_in_use: { about: "how much of it is occupied", labels: ["server", "replica", "resource"], together: "sum" },
  tutti_resource_busy_seconds_total: { about: "occupied amount times seconds", labels: ["server", "replica", "resource"], together: "sum" },
  tutti_resource_idle_seconds_total: {
    about: "seconds in which none of it was occupied",
    labels: ["server", "replica", "resource"],
    together: "sum",
  },
  tutti_lease_capacity: { about: "how much there is of what servers share", labels: ["lease"], together: "max" },
  tutti_lease_in_use: { about: "how much of it is occupied", labels: ["lease"], together: "max" },
  tutti_executions_running: { about: "executions that this process drives", labels: [], together: "sum" },
  tutti_alert_firing: { about: "1 while an alert is firing", labels: ["alert", "server"], together: "max" },
  tutti_build_info: { about: "1, with the version", labels: ["version"], together: "max" },
  process_resident_memory_bytes: { about: "memory that the process occupies", labels: [], together: "max" },
  process_cpu_seconds_total: { about: "processor time that the process has used", labels: [], together: "max" },
  process_start_time_seconds: { about: "when the process began, in seconds since 1970", labels: [], together: "max" },
};

/** What stands for a server, a tool or a workflow that is not known, or does not exist. */
export const UNKNOWN_LABEL = "(unknown)";

/** The resource that every replica has: room for calls that are on their way at once. */
export const PLACES = "places";

/** What the numbers of `tutti_server_health` stand for. */
export const HEALTH_LEVELS: readonly HealthState[] = ["unknown", "healthy", "degraded", "unhealthy", "unreachable"];

/** What the numbers of `tutti_breaker_state` stand for. */
export const BREAKER_LEVELS: readonly BreakerState[] = ["closed", "half_open", "open"];

/** How an attempt ended, as metrics name it; `cached`: nobody was asked. */
export type CallResult = "succeeded" | "cached" | CallErrorKind;

/** Ends that count as errors of a server: it had the call, or should have had it, and did not do it. */
export const SERVER_ERRORS: ReadonlySet<string> = new Set<CallErrorKind>([
  "connection",
  "timeout",
  "rate_limit",
  "server_error",
  "tool_error",
  "output_invalid",
]);
