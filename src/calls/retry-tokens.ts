import type { Ms } from "../base/duration.ts";
import type { RetryBudget } from "../model/server.ts";

/** What may gather while nothing is repeated, and what there is at first. */
const TOKENS_MAX = 100;

/** Sums of shares such as ten times 0.1 fall short of what they stand for by less than this. */
const ROUNDING = 1e-9;

/**
 * Counts how many calls may be repetitions: each first attempt adds a share of a token, each second adds `perSecond`, and a
 * repetition takes one. There are never more than 100, nor less than none.
 *
 * It knows no clock: whoever asks says what time it is, never less than before.
 */
export class RetryTokens {
  /** May be changed at any time. */
  budget: RetryBudget;
  #tokens = TOKENS_MAX;
  #countedMs: Ms;

  constructor(budget: RetryBudget, nowMs: Ms) {
    this.budget = budget;
    this.#countedMs = nowMs;
  }

  /** A first attempt is made. */
  deposit(nowMs: Ms): void {
    this.#add(this.budget.share, nowMs);
  }

  /** Takes a token for a repetition, if there is one. */
  take(nowMs: Ms): boolean {
    this.#add(0, nowMs);
    if (this.#tokens < 1 - ROUNDING) return false;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }

  /** The repetition was not made. */
  giveBack(nowMs: Ms): void {
    this.#add(1, nowMs);
  }

  /** How long until there is a token, if no first attempts are made; undefined when there would never be one. */
  waitMs(nowMs: Ms): Ms | undefined {
    this.#add(0, nowMs);
    const { perSecond } = this.budget;
    if (this.#tokens >= 1 - ROUNDING) return 0;
    return perSecond === 0 ? undefined : ((1 - this.#tokens) / perSecond) * 1_000;
  }

  #add(tokens: number, nowMs: Ms): void {
    const earned = ((nowMs - this.#countedMs) / 1_000) * this.budget.perSecond;
    this.#tokens = Math.min(TOKENS_MAX, this.#tokens + earned + tokens);
    this.#countedMs = nowMs;
  }
}
