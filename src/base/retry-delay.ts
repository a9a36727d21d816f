import type { Ms } from "./duration.ts";

/**
 * How long to wait before the next attempt: exponential with full jitter, so that many callers that failed together
 * do not come back together. A server's Retry-After is honoured as the least.
 *
 * @param rule.failures - attempts that have failed so far, from 1
 * @param random - in [0, 1)
 */
export function retryDelayMs(
  rule: { readonly delayMs: Ms; readonly maxDelayMs: Ms; readonly failures: number; readonly retryAfterMs?: Ms },
  random: number,
): Ms {
  // 2 ** 40 milliseconds are 34 years: enough for any cap, and far from what a double cannot hold.
  const ceilingMs = Math.min(rule.maxDelayMs, rule.delayMs * 2 ** Math.min(40, rule.failures - 1));
  return Math.max(Math.round(random * ceilingMs), rule.retryAfterMs ?? 0);
}

/** Whoever asks to be left in peace for more than a day means "no"; waiting longer would only hide that. */
export const RETRY_AFTER_MAX_MS: Ms = 86_400_000;
