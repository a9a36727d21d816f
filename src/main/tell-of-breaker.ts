import { defined } from "../base/defined.ts";
import type { BreakerReading } from "../calls/circuit-breakers.ts";
import { ownerOf } from "../model/replica.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";

export interface TellOfBreakerPorts {
  readonly metrics: Pick<Metrics, "count">;
  readonly log: Log;
}

/** Counts a change of a breaker, and tells whoever operates Tutti. Only one that opens is a reason to look. */
export function tellOfBreaker({ connection, tool, state }: BreakerReading, { metrics, log }: TellOfBreakerPorts): void {
  const owner = ownerOf(connection);
  metrics.count("tutti_breaker_changes_total", { ...owner, state });
  log.write(state === "open" ? "warn" : "info", `the circuit breaker is ${state.replace("_", " ")}`, { ...owner, ...defined({ tool }) });
}
