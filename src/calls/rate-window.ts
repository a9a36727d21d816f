import type { Ms } from "../base/duration.ts";
import type { RateLimit } from "../model/server.ts";

/** Moments are kept one by one up to this number. Larger limits round them up to as many steps, which costs a thousandth of the span. */
const MOMENTS_MAX = 1_000;

/**
 * What is sent travels for a while, some of it longer: without this, calls that leave a whole span apart may arrive within
 * one. A hundredth of the span, and no more than that.
 */
const TRAVEL_MAX_MS: Ms = 10;

/**
 * Counts calls so that in no span of `perMs`, wherever it begins, more than `count` are sent.
 *
 * 1. Calls that have a turn and those that were sent within the last span are together at most `count`.
 * 2. A turn ends when its call is sent, which then counts from that moment on, or when it is given back.
 * 3. What is sent without a turn counts as well, and delays what comes after.
 *
 * It knows no clock: whoever asks says what time it is, never less than before.
 */
export class RateWindow {
  readonly #limit: RateLimit;
  readonly #spanMs: Ms;
  readonly #stepMs: Ms;
  #turns = 0;
  #sent = 0;
  #waiting = 0;
  /** The oldest first. */
  #moments: { readonly atMs: Ms; calls: number }[] = [];
  /** The first that still counts. */
  #first = 0;

  constructor(limit: RateLimit) {
    this.#limit = limit;
    this.#spanMs = limit.perMs + Math.min(TRAVEL_MAX_MS, limit.perMs / 100);
    this.#stepMs = limit.count > MOMENTS_MAX ? limit.perMs / MOMENTS_MAX : 0;
  }

  hasRoom(nowMs: Ms): boolean {
    this.#forget(nowMs);
    return this.#turns + this.#sent < this.#limit.count;
  }

  /** Nothing would be lost if it were forgotten. */
  isIdle(nowMs: Ms): boolean {
    this.#forget(nowMs);
    return this.#turns + this.#sent + this.#waiting === 0;
  }

  /** When the next of those that were sent stops counting; undefined when none counts. */
  get opensMs(): Ms | undefined {
    const oldest = this.#moments[this.#first];
    return oldest === undefined ? undefined : oldest.atMs + this.#spanMs;
  }

  /** A call waits for a turn, here or in another window that it needs as well. */
  beginWait(): void {
    this.#waiting += 1;
  }

  endWait(): void {
    this.#waiting -= 1;
  }

  /** Gives a turn to one call; only when there is room. */
  takeTurn(): void {
    this.#turns += 1;
  }

  /** The call that has a turn will not be sent. */
  giveBack(): void {
    this.#turns -= 1;
  }

  /** The call that has a turn is sent. */
  sendInTurn(nowMs: Ms): void {
    this.#turns -= 1;
    this.send(nowMs);
  }

  /** A call is sent again, at another replica, without a turn of its own. */
  send(nowMs: Ms): void {
    const atMs = this.#stepMs === 0 ? nowMs : Math.ceil(nowMs / this.#stepMs) * this.#stepMs;
    const newest = this.#moments.at(-1);
    if (newest?.atMs === atMs) newest.calls += 1;
    else this.#moments.push({ atMs, calls: 1 });
    this.#sent += 1;
  }

  #forget(nowMs: Ms): void {
    const moments = this.#moments;
    for (let oldest = moments[this.#first]; oldest !== undefined && oldest.atMs + this.#spanMs <= nowMs; oldest = moments[this.#first]) {
      this.#sent -= oldest.calls;
      this.#first += 1;
    }
    // Now and then, so that taking from the front costs nothing.
    if (this.#first * 2 > moments.length) {
      this.#moments = moments.slice(this.#first);
      this.#first = 0;
    }
  }
}
