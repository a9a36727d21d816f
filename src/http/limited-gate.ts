import type { Clock } from "../base/clock.ts";
import type { OperationGate } from "../contract/operation-caller.ts";
import { TuttiError } from "../model/errors.ts";
import type { RateLimit } from "../model/server.ts";
import { TokenBuckets } from "./token-buckets.ts";

export interface LimitedGatePorts {
  readonly gate: OperationGate;
  readonly clock: Pick<Clock, "monotonicMs">;
  /** Of one caller. Without it {@link CALLER_RATE} where callers say who they are, and none where they do not. */
  readonly rate?: RateLimit;
}

const CALLER_RATE: RateLimit = { count: 100, perMs: 1_000 };

/** The same gate, which also refuses a caller who comes too often, with `rate.limited`: over all surfaces that share it. */
export function limitedGate({ gate, clock, rate = gate.asks ? CALLER_RATE : undefined }: LimitedGatePorts): OperationGate {
  if (rate === undefined) return gate;
  const callers = new TokenBuckets(rate, clock);
  return {
    asks: gate.asks,
    async admit(credential, signal) {
      const caller = await gate.admit(credential, signal);
      const retryAfterMs = callers.take(caller.key);
      if (retryAfterMs === undefined) return caller;
      throw new TuttiError("rate.limited", `one caller may ask ${rate.count} times in ${rate.perMs / 1_000} s: wait a little`, {
        retryAfterMs,
      });
    },
  };
}
