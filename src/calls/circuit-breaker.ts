import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { BreakerState } from "../model/server-stats.ts";
import type { BreakerConfig } from "../model/server.ts";

/** The right to make one call. How the call ended is told once; whatever is told after that says nothing. */
export interface Permit {
  /** The replica has answered. */
  succeeded(): void;
  /** The replica could not do its work. */
  failed(): void;
  /** The connection was lost that it shared with others: of all that were lost with it, one counts. */
  lost(): void;
  /** The call ended in a way that says nothing of the replica, or was not made at all. */
  released(): void;
}

export interface CircuitBreakerOptions {
  readonly config: BreakerConfig;
  readonly clock: Pick<Clock, "monotonicMs">;
  /** Is told each new state, after it holds. */
  readonly onChange?: (state: BreakerState) => void;
}

/**
 * Leaves a replica alone that keeps failing, and tries it again with a few calls.
 *
 * 1. Closed: all calls pass. `failures` faults in a row open it; a success between them begins the count anew.
 * 2. Open: no call passes, for `recoveryMs`.
 * 3. Half open: at most `halfOpenCalls` calls are on their way at once. `successes` of them close it, one fault opens it.
 * 4. A permit counts only in the state in which it was given: late ends of earlier calls say nothing of now.
 * 5. Calls that are lost with the connection that they share are one fault: a server that dies once has not failed often.
 *
 * Nothing here waits, so that asking and counting are one.
 */
export class CircuitBreaker {
  readonly #config: BreakerConfig;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #onChange: (state: BreakerState) => void;
  #state: BreakerState = "closed";
  /** Counts the changes of the state (4). */
  #generation = 0;
  /** Closed: faults in a row. Half open: successes. */
  #counted = 0;
  #onTheirWay = 0;
  #openedMs: Ms = 0;
  /** Connections that were lost (5). */
  #losses = 0;

  constructor({ config, clock, onChange = () => undefined }: CircuitBreakerOptions) {
    this.#config = config;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Half open as soon as it has been open for long enough, also before the first call asks. */
  get state(): BreakerState {
    return this.#state === "open" && this.#openForMs() === 0 ? "half_open" : this.#state;
  }

  /** How long a call that does not pass now had better wait; 0 when it passes. */
  get retryAfterMs(): Ms {
    if (this.#state === "open") return this.#openForMs();
    return this.#isFull() ? Math.min(this.#config.recoveryMs, FULL_WAIT_MS) : 0;
  }

  /** Lets one call pass; undefined when it must not. Whoever has a permit tells how the call ended. */
  enter(): Permit | undefined {
    if (this.#state === "open") {
      if (this.#openForMs() > 0) return undefined;
      this.#become("half_open");
    }
    if (this.#isFull()) return undefined;
    this.#onTheirWay += 1;
    return this.#permit(this.#generation);
  }

  #permit(generation: number): Permit {
    const losses = this.#losses;
    let held = true;
    const settle = (count: () => void): void => {
      if (!held) return;
      held = false;
      if (generation !== this.#generation) return;
      this.#onTheirWay -= 1;
      count();
    };
    return {
      succeeded: () => settle(() => this.#countSuccess()),
      failed: () => settle(() => this.#countFault()),
      lost: () => settle(() => this.#countLoss(losses)),
      released: () => settle(() => undefined),
    };
  }

  #countSuccess(): void {
    if (this.#state === "closed") {
      this.#counted = 0;
      return;
    }
    this.#counted += 1;
    if (this.#counted >= this.#config.successes) this.#become("closed");
  }

  #countFault(): void {
    this.#counted += 1;
    if (this.#state === "half_open" || this.#counted >= this.#config.failures) this.#become("open");
  }

  /** @param before - how many there had been when the call began */
  #countLoss(before: number): void {
    if (this.#state === "closed" && before !== this.#losses) return;
    this.#losses += 1;
    this.#countFault();
  }

  #become(state: BreakerState): void {
    this.#state = state;
    this.#generation += 1;
    this.#counted = 0;
    this.#onTheirWay = 0;
    if (state === "open") this.#openedMs = this.#clock.monotonicMs();
    this.#onChange(state);
  }

  #openForMs(): Ms {
    return Math.max(0, this.#openedMs + this.#config.recoveryMs - this.#clock.monotonicMs());
  }

  #isFull(): boolean {
    return this.#state === "half_open" && this.#onTheirWay >= this.#config.halfOpenCalls;
  }
}

/** The calls that try a half open replica are on their way; nobody knows for how long. */
const FULL_WAIT_MS: Ms = 1_000;
