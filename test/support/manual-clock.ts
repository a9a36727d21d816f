import type { Clock } from "../../src/base/clock.ts";
import { Heap } from "../../src/base/heap.ts";

/** A clock that stands still until it is told to move. Timers fire in the order of their times. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Heap<{ readonly atMs: number; readonly order: number; readonly callback: () => void; cancelled: boolean }>(
    (left, right) => (left.atMs === right.atMs ? left.order < right.order : left.atMs < right.atMs),
  );
  #order = 0;

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Disposable {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: (this.#order += 1), callback, cancelled: false };
    this.#timers.push(timer);
    return { [Symbol.dispose]: () => void (timer.cancelled = true) };
  }

  /** The time of the next timer, if there is one. */
  get nextMs(): number | undefined {
    for (let timer = this.#timers.peek(); timer?.cancelled === true; timer = this.#timers.peek()) this.#timers.pop();
    return this.#timers.peek()?.atMs;
  }

  /** Moves to the time of the next timer and fires it. False when there is none. */
  step(): boolean {
    if (this.nextMs === undefined) return false;
    const timer = this.#timers.pop();
    if (timer === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.callback();
    return true;
  }

  /** Moves on by this much and fires what is due. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    while (this.nextMs !== undefined && this.nextMs <= untilMs) this.step();
    this.#nowMs = untilMs;
  }
}
