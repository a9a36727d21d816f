import type { Admission } from "../calls/admission.ts";
import type { CircuitBreakers } from "../calls/circuit-breakers.ts";
import { observeAdmission } from "../calls/observe-admission.ts";
import { BREAKER_LEVELS, HEALTH_LEVELS } from "../model/metric.ts";
import { ownerOf } from "../model/replica.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { HealthMonitor } from "../registry/health-monitor.ts";

/** Whose state metrics show. */
export interface ObservedCalls {
  readonly admission: Admission;
  readonly breakers: Pick<CircuitBreakers, "states">;
  readonly health: Pick<HealthMonitor, "states">;
}

/** Has metrics tell how replicas are doing, and how much of what they have is in use, until it is disposed. */
export function observeCalls(metrics: Metrics, { admission, breakers, health }: ObservedCalls): Disposable {
  const stack = new DisposableStack();
  stack.use(observeAdmission(admission, metrics));
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
