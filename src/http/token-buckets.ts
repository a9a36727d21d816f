import type { Clock } from "../base/clock.ts";
import type { RateLimit } from "../model/server.ts";

/** Keys that are remembered: past that the one that was longest quiet is forgotten, as if it had never come. */
const KEYS_MAX = 10_000;

interface Bucket {
  tokens: number;
  filledMs: number;
}

/** Lets so many things through per key and span, and twice as many at once for a key that was quiet. */
export class TokenBuckets {
  readonly #limit: RateLimit;
  readonly #clock: Pick<Clock, "monotonicMs">;
  /** The one that was longest quiet comes first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit, clock: Pick<Clock, "monotonicMs">) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Takes one. Undefined when there was one; else after how many milliseconds there will be. */
  take(key: string): number | undefined {
    const bucket = this.#filled(key);
    if (bucket.tokens < 1) return this.#untilOneMs(bucket);
    bucket.tokens -= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > KEYS_MAX) for (const quiet of this.#buckets.keys()) return void this.#buckets.delete(quiet);
    return undefined;
  }

  /** The same without taking one. */
  waitMs(key: string): number | undefined {
    const bucket = this.#filled(key);
    return bucket.tokens < 1 ? this.#untilOneMs(bucket) : undefined;
  }

  #filled(key: string): Bucket {
    const nowMs = this.#clock.monotonicMs();
    const full = this.#limit.count * 2;
    const bucket = this.#buckets.get(key) ?? { tokens: full, filledMs: nowMs };
    bucket.tokens = Math.min(full, bucket.tokens + ((nowMs - bucket.filledMs) * this.#limit.count) / this.#limit.perMs);
    bucket.filledMs = nowMs;
    return bucket;
  }

  #untilOneMs({ tokens }: Bucket): number {
    return Math.ceil(((1 - tokens) * this.#limit.perMs) / this.#limit.count);
  }
}
