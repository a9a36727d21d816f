import type { Admission, ReplicaUsage } from "../calls/admission.ts";
import type { CircuitBreakers } from "../calls/circuit-breakers.ts";
import { BREAKER_LEVELS, CALLS_RESOURCE, HEALTH_LEVELS } from "../model/metric.ts";
import { ownerOf } from "../model/replica.ts";
import type { GaugeReading, Metrics } from "../ports/metrics.ts";
import type { HealthMonitor } from "../registry/health-monitor.ts";

/** Whose state metrics show. */
export interface ObservedCalls {
  readonly admission: Pick<Admission, "usage" | "leases">;
  readonly breakers: Pick<CircuitBreakers, "states">;
  readonly health: Pick<HealthMonitor, "states">;
}

/** Has metrics tell how replicas are doing, and how much of what they have is in use, until it is disposed. */
export function observeCalls(metrics: Metrics, { admission, breakers, health }: ObservedCalls): Disposable {
  const stack = new DisposableStack();
  const usage = (read: (usage: ReplicaUsage) => readonly GaugeReading[]) => () => [...admission.usage()].flatMap(read);
  stack.use(
    metrics.observe(
      "tutti_calls_in_flight",
      usage(({ connection, inFlight }) => [{ labels: { ...ownerOf(connection) }, value: inFlight }]),
    ),
  );
  stack.use(metrics.observe("tutti_calls_waiting", () => waitingReadings(admission.usage())));
  stack.use(
    metrics.observe(
      "tutti_resource_capacity",
      usage((each) => amounts(each, ({ capacity }) => capacity)),
    ),
  );
  stack.use(
    metrics.observe(
      "tutti_resource_in_use",
      usage((each) => amounts(each, ({ inUse }) => inUse)),
    ),
  );
  stack.use(
    metrics.observe(
      "tutti_resource_busy_seconds_total",
      usage((each) => amounts(each, ({ busyMs }) => busyMs / 1_000)),
    ),
  );
  stack.use(
    metrics.observe(
      "tutti_resource_idle_seconds_total",
      usage((each) => amounts(each, ({ idleMs }) => idleMs / 1_000)),
    ),
  );
  const leases = (value: (of: Amounts) => number) => () =>
    Array.from(admission.leases(), (of) => ({ labels: { lease: of.name }, value: value(of) }));
  stack.use(
    metrics.observe(
      "tutti_lease_capacity",
      leases(({ capacity }) => capacity),
    ),
  );
  stack.use(
    metrics.observe(
      "tutti_lease_in_use",
      leases(({ inUse }) => inUse),
    ),
  );
  stack.use(
    metrics.observe("tutti_breaker_state", () =>
      Array.from(breakers.states(), ({ connection, state }) => ({
        labels: { ...ownerOf(connection) },
        value: BREAKER_LEVELS.indexOf(state),
      })),
    ),
  );
  stack.use(
    metrics.observe("tutti_server_health", () =>
      Array.from(health.states(), ({ connection, state }) => ({ labels: { ...ownerOf(connection) }, value: HEALTH_LEVELS.indexOf(state) })),
    ),
  );
  return stack;
}

interface Amounts {
  readonly name: string;
  readonly capacity: number;
  readonly inUse: number;
  readonly busyMs: number;
  readonly idleMs: number;
}

/** The places for calls are a resource too. */
function amounts({ connection, inFlight, resources, ...places }: ReplicaUsage, value: (of: Amounts) => number): readonly GaugeReading[] {
  return [{ ...places, name: CALLS_RESOURCE, inUse: inFlight }, ...resources].map((of) => ({
    labels: { ...ownerOf(connection), resource: of.name },
    value: value(of),
  }));
}

/** Each replica tells the number of its whole server. */
function waitingReadings(usage: Iterable<ReplicaUsage>): readonly GaugeReading[] {
  const servers = new Map(Array.from(usage, ({ server, waiting }) => [server, waiting]));
  return Array.from(servers, ([server, value]) => ({ labels: { server }, value }));
}
