import type { Ms } from "../base/duration.ts";

/** A connection that lived this long is no sign of trouble, however it ended. */
export const STABLE_AFTER_MS: Ms = 60_000;

const STABLE_AFTER_AT_LEAST_MS: Ms = 5_000;
const STABLE_AFTER_PAUSES = 10;

const FIRST_DELAY_MS = 250;
/** To start a process costs whoever has to do it; to open a connection costs next to nothing. */
const DELAY_MAX_MS = { process: 30_000, network: 5_000 } as const;

/** What is opened: a process that this one starts, or a connection to one that is there. */
export type Opened = keyof typeof DELAY_MAX_MS;

/**
 * How long after its end a connection may not be opened again, in milliseconds: not at all after the first trouble,
 * then 250 ms, doubling to 30 s, or to 5 s over a network.
 *
 * @param troubles - starts that failed and connections that ended soon, in a row
 */
export function reconnectDelayMs(troubles: number, opened: Opened): Ms {
  return troubles <= 1 ? 0 : Math.min(DELAY_MAX_MS[opened], FIRST_DELAY_MS * 2 ** Math.min(troubles - 2, 20));
}

/**
 * Whether a connection lived so long that its end is no trouble: ten times as long as it had been waited for, and 5 s. To
 * open such connections again at once costs little, and to leave a server alone that works most of the time costs much.
 *
 * @param troubles - in a row, before it was opened
 */
export function wasStable(livedMs: Ms, troubles: number, opened: Opened): boolean {
  const longMs = Math.max(STABLE_AFTER_AT_LEAST_MS, STABLE_AFTER_PAUSES * reconnectDelayMs(troubles, opened));
  return livedMs >= Math.min(STABLE_AFTER_MS, longMs);
}
