import type { Ms } from "../base/duration.ts";
import { RETRY_AFTER_MAX_MS } from "../base/retry-delay.ts";

/**
 * Reads the HTTP header Retry-After: seconds, or a date.
 *
 * @returns how long to wait from `nowMs` on; undefined when the header is absent or makes no sense
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): Ms | undefined {
  const text = header?.trim() ?? "";
  const waitMs = /^\d{1,10}(\.\d{1,3})?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, Math.round(waitMs)));
}
