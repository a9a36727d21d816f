/** Where new ids come from: given, not global, so that a test can repeat a run. */
export interface IdSource {
  /** A new UUID v7: unique, and sorted by the time at which it was made. */
  next(): string;
}

/** Where the ids of traces and spans come from (W3C Trace Context, section 3.2.2.3 and 3.2.2.4). */
export interface TraceIdSource {
  /** 32 lower-case hexadecimal digits, random. */
  traceId(): string;
  /** 16 lower-case hexadecimal digits, random. */
  spanId(): string;
}

/** Real ids, in Node and in browsers. */
export const randomIds: IdSource & TraceIdSource = {
  next: () => uuidV7(Date.now(), randomHex(8)),
  traceId: () => randomHex(16),
  spanId: () => randomHex(8),
};

/** The 12 bits after the time count the ids of one millisecond (RFC 9562, section 6.2, method 1). */
const COUNTER_MAX = 0xfff;

let lastMs = 0;
let counter = 0;

/**
 * Always greater than the one before, also when the clock is set back.
 *
 * @param random - 16 hexadecimal digits; the first two bits give way to the variant
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
  const variant = "89ab".charAt(Number.parseInt(random.charAt(0), 16) & 3);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}-${variant}${random.slice(1, 4)}-${random.slice(4)}`;
}

/** Random bytes are drawn many at a time: one draw costs as much as a thousand bytes. */
const POOL_BYTES = 1_024;

let pool = "";

/** Never all zero, which W3C forbids as an id: that is less likely than anything else that can go wrong. */
function randomHex(bytes: number): string {
  if (pool.length < bytes * 2) {
    pool = Array.from(crypto.getRandomValues(new Uint8Array(POOL_BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const taken = pool.slice(0, bytes * 2);
  pool = pool.slice(bytes * 2);
  return taken;
}
