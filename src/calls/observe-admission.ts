import { wireName } from "../base/wire-name.ts";
import type { GaugeName } from "../model/metric.ts";
import type { GaugeReading, Metrics } from "../ports/metrics.ts";
import type { CounterReading } from "./admission-counter.ts";
import type { Admission, ResourceUsage } from "./admission.ts";

/** Has metrics tell who holds what, and how many wait, until it is disposed. */
export function observeAdmission(admission: Admission, metrics: Pick<Metrics, "observe">): Disposable {
  const stack = new DisposableStack();
  stack.use(
    metrics.observe("tutti_calls_waiting", () => Array.from(admission.waiting(), ([server, value]) => ({ labels: { server }, value }))),
  );
  stack.use(
    metrics.observe("tutti_calls_in_flight", () =>
      Array.from(admission.usage(), ({ server, replica = "", inFlight }) => ({ labels: { server, replica }, value: inFlight })),
    ),
  );
  const observe = (name: GaugeName, value: (usage: ResourceUsage) => number): void =>
    void stack.use(metrics.observe(name, () => resourceReadings(admission, value)));
  observe("tutti_resource_capacity", ({ capacity }) => capacity);
  observe("tutti_resource_in_use", ({ inUse }) => inUse);
  observe("tutti_resource_busy_seconds_total", ({ busyMs }) => busyMs / 1_000);
  observe("tutti_resource_idle_seconds_total", ({ idleMs }) => idleMs / 1_000);
  const observeLeases = (name: GaugeName, value: (lease: CounterReading) => number): void =>
    void stack.use(
      metrics.observe(name, () => Array.from(admission.leases(), (lease) => ({ labels: { lease: lease.name }, value: value(lease) }))),
    );
  observeLeases("tutti_lease_capacity", ({ capacity }) => capacity);
  observeLeases("tutti_lease_in_use", ({ inUse }) => inUse);
  return stack;
}

function* resourceReadings(admission: Admission, value: (usage: ResourceUsage) => number): Generator<GaugeReading> {
  for (const { server, replica = "", resources } of admission.usage()) {
    for (const usage of resources) yield { labels: { server, replica, resource: wireName(usage.name) }, value: value(usage) };
  }
}
