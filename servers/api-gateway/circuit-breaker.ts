/*
 * B1. Closed: all go through; `failures` in a row open it.
 * B2. Open: nobody goes through until `openMs` are over.
 * B3. Then one goes through to see; when it succeeds the breaker closes, when it fails it is open again.
 */

export interface BreakerSettings {
  readonly failures: number;
  readonly openMs: number;
}

export type BreakerState = "closed" | "open" | "half_open";

/** Whether a call may be made; if so, it must be told how it ended, once. */
export type BreakerAnswer = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMs: number };

/** Keeps calls away from an API that fails anyway. All times are given: it has no clock. */
export interface CircuitBreaker {
  state(nowMs: number): BreakerState;
  enter(nowMs: number): BreakerAnswer;
  succeeded(): void;
  failed(nowMs: number): void;
  /** The call ended and told nothing about the API: it was cancelled, or was wrong itself. */
  left(): void;
}

export function circuitBreaker({ failures: failuresMax, openMs }: BreakerSettings): CircuitBreaker {
  let failures = 0;
  let openUntilMs: number | undefined;
  let probing = false;
  return {
    state(nowMs) {
      if (openUntilMs === undefined) return "closed";
      return nowMs < openUntilMs ? "open" : "half_open";
    },
    enter(nowMs) {
      if (openUntilMs === undefined) return { allowed: true };
      if (nowMs < openUntilMs) return { allowed: false, retryAfterMs: openUntilMs - nowMs };
      if (probing) return { allowed: false, retryAfterMs: PROBE_MS };
      probing = true;
      return { allowed: true };
    },
    succeeded() {
      failures = 0;
      openUntilMs = undefined;
      probing = false;
    },
    failed(nowMs) {
      failures += 1;
      // A call that began before it opened says nothing new.
      if (openUntilMs !== undefined && !probing) return;
      if (probing || failures >= failuresMax) openUntilMs = nowMs + openMs;
      probing = false;
    },
    left() {
      probing = false;
    },
  };
}

/** When somebody else is finding out already. */
const PROBE_MS = 1_000;
