import type { Ms } from "../base/duration.ts";

/** How far clocks may be apart, and how long a proof is good for. */
export const CLOCK_WINDOW_MS: Ms = 60_000;

const KEPT_MAX = 100_000;

/** Remembers what has been used to join, for as long as it could be used again. */
export class UsedNonces {
  /** Until when each is remembered; the oldest come first. */
  readonly #until = new Map<string, number>();

  has(nonce: string): boolean {
    return this.#until.has(nonce);
  }

  add(nonce: string, nowMs: number): void {
    for (const [old, untilMs] of this.#until) {
      if (untilMs >= nowMs && this.#until.size < KEPT_MAX) break;
      this.#until.delete(old);
    }
    // A timestamp may lie as far ahead as behind.
    this.#until.set(nonce, nowMs + 2 * CLOCK_WINDOW_MS);
  }
}
