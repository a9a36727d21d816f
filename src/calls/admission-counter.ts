import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";

/** How much of something is in use, and how much has been. */
export interface CounterReading {
  readonly name: string;
  readonly inUse: number;
  readonly capacity: number;
  /** Amount times milliseconds, since the counter began. */
  readonly busyMs: number;
  /** For how long nothing of it was in use. */
  readonly idleMs: Ms;
}

/** Something of which only so much can be used at once. */
export class Counter {
  readonly name: string;
  readonly #clock: Pick<Clock, "monotonicMs">;
  #capacity: number;
  #inUse = 0;
  #holders = 0;
  #sinceMs: Ms;
  #busyMs = 0;
  #idleMs: Ms = 0;

  constructor(name: string, capacity: number, clock: Pick<Clock, "monotonicMs">) {
    this.name = name;
    this.#capacity = capacity;
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** What is in use stays so, also when it is more than there is from now on. */
  set capacity(capacity: number) {
    this.#capacity = capacity;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Whether so much is free now. */
  fits(amount: number): boolean {
    return this.#inUse + amount <= this.#capacity + this.#tolerance();
  }

  /** Whether so much would be free if nobody else used anything. */
  everFits(amount: number): boolean {
    return amount <= this.#capacity + this.#tolerance();
  }

  take(amount: number): void {
    this.#account();
    this.#holders += 1;
    this.#inUse += amount;
  }

  give(amount: number): void {
    this.#account();
    this.#holders -= 1;
    // Sums of fractions leave a rest, which would otherwise keep the next one from taking everything.
    this.#inUse = this.#holders === 0 ? 0 : this.#inUse - amount;
  }

  read(): CounterReading {
    this.#account();
    return { name: this.name, inUse: this.#inUse, capacity: this.#capacity, busyMs: this.#busyMs, idleMs: this.#idleMs };
  }

  #account(): void {
    const nowMs = this.#clock.monotonicMs();
    const passedMs = nowMs - this.#sinceMs;
    this.#busyMs += this.#inUse * passedMs;
    if (this.#inUse === 0) this.#idleMs += passedMs;
    this.#sinceMs = nowMs;
  }

  /** Ten times 0.1 is less than 1 or more, as they are added. */
  #tolerance(): number {
    return this.#capacity * 1e-9;
  }
}
