import type { Clock } from "../base/clock.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { RateLimit, ServerConfig } from "../model/server.ts";
import type { Health } from "../ports/health.ts";
import { Admission } from "./admission.ts";
import { type BreakerReading, CircuitBreakers } from "./circuit-breakers.ts";

/** What is known of servers while they are used: who holds what, which replicas are left alone, and which are well. */
export interface CallGuards {
  readonly admission: Admission;
  readonly breakers: CircuitBreakers;
  readonly health: Health;
  /** For each client, over all servers. */
  readonly clientRate?: RateLimit | undefined;
}

export interface CallGuardsOptions {
  /** By name; may grow. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly clock: Clock;
  /** Calls in flight at once, to all servers. Default 50. */
  readonly maxConcurrentCalls?: number | undefined;
  readonly settings?: Pick<ServerSettings, "sharedResources" | "clientRate"> | undefined;
  /** Default: nobody looks after them, and all are taken for well. */
  readonly health?: Health | undefined;
  readonly onBreakerChange?: ((reading: BreakerReading) => void) | undefined;
}

const UNWATCHED: Health = { stateOf: () => "unknown", saw: () => undefined };

/** The guards of a set of servers, of which nothing is known yet. */
export function callGuards({ servers, clock, settings, onBreakerChange, ...given }: CallGuardsOptions): CallGuards {
  const { maxConcurrentCalls: total = DEFAULT_LIMITS.callsInFlight, health = UNWATCHED } = given;
  return {
    admission: new Admission({ servers, total, shared: settings?.sharedResources ?? {}, clock }),
    breakers: new CircuitBreakers({ servers, clock, ...(onBreakerChange === undefined ? {} : { onChange: onBreakerChange }) }),
    health,
    clientRate: settings?.clientRate,
  };
}
