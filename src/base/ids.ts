import { randomUUID } from "node:crypto";

/** Where new ids come from: given, not global, so that a test can repeat a run. */
export interface IdSource {
  /** A new UUID v7: unique, and sorted by the time at which it was made. */
  next(): string;
}

/** Real ids. */
export const randomIds: IdSource = { next: () => uuidV7(Date.now(), randomUUID()) };

/** The 12 bits after the time count the ids of one millisecond (RFC 9562, section 6.2, method 1). */
const COUNTER_MAX = 0xfff;

let lastMs = 0;
let counter = 0;

/**
 * Always greater than the one before, also when the clock is set back.
 *
 * @param random - a UUID v4, of which the last 62 random bits are taken
 */
function uuidV7(nowMs: number, random: string): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = 0;
  } else if (counter < COUNTER_MAX) counter += 1;
  else {
    lastMs += 1;
    counter = 0;
  }
  const time = lastMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}-${random.slice(19)}`;
}
