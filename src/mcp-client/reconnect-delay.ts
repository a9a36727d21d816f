import type { Ms } from "../base/duration.ts";

/** A connection that lived this long is no sign of trouble, however it ended. */
export const STABLE_AFTER_MS: Ms = 60_000;

const STABLE_AFTER_AT_LEAST_MS: Ms = 5_000;
const STABLE_AFTER_PAUSES = 10;

const FIRST_DELAY_MS = 250;
const DELAY_MAX_MS = 30_000;

/**
 * How long after its end a connection may not be opened again, in milliseconds: not at all after the first trouble,
 * then 250 ms, doubling to 30 s.
 *
 * @param troubles - starts that failed and connections that ended soon, in a row
 */
export function reconnectDelayMs(troubles: number): Ms {
  return troubles <= 1 ? 0 : Math.min(DELAY_MAX_MS, FIRST_DELAY_MS * 2 ** Math.min(troubles - 2, 20));
}

/**
 * Whether a connection lived so long that its end is no trouble: ten times as long as it had been waited for, and 5 s. To
 * open such connections again at once costs little, and to leave a server alone that works most of the time costs much.
 *
 * @param troubles - in a row, before it was opened
 */
export function wasStable(livedMs: Ms, troubles: number): boolean {
  const longMs = Math.max(STABLE_AFTER_AT_LEAST_MS, STABLE_AFTER_PAUSES * reconnectDelayMs(troubles));
  return livedMs >= Math.min(STABLE_AFTER_MS, longMs);
}
