/** At most so many requests in any minute. All times are given: it has no clock. */
export interface RateWindow {
  /** Takes a place. 0: it is taken; else the milliseconds until there is one. */
  take(nowMs: number): number;
  remaining(nowMs: number): number;
}

const WINDOW_MS = 60_000;

export function rateWindow(limit: number): RateWindow {
  // When the requests of the last minute were made, in order.
  let taken: number[] = [];
  const forget = (nowMs: number): void => {
    const first = taken.findIndex((atMs) => atMs > nowMs - WINDOW_MS);
    taken = first === -1 ? [] : taken.slice(first);
  };
  return {
    take(nowMs) {
      forget(nowMs);
      const [first] = taken;
      if (first !== undefined && taken.length >= limit) return Math.max(1, first + WINDOW_MS - nowMs);
      taken.push(nowMs);
      return 0;
    },
    remaining(nowMs) {
      forget(nowMs);
      return limit - taken.length;
    },
  };
}
