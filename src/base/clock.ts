/** Where time comes from. Everything that reads or waits for time is given one, so that tests can move it by hand. */
export interface Clock {
  /** Milliseconds since 1970 in UTC, whole. */
  nowMs(): number;
  /** Milliseconds from an arbitrary start; never jumps when the wall clock is set. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`; disposing before that prevents it. Delays beyond 24 days work too. */
  after(delayMs: number, callback: () => void, options?: TimerOptions): Disposable;
}

export interface TimerOptions {
  /** A process that has nothing else to do need not wait for it. Default false. */
  readonly background?: boolean;
}

// setTimeout takes 31 bits of milliseconds; a longer one fires at once, so long waits are cut into pieces.
const LONGEST_TIMER_MS = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback, options) {
    let handle: ReturnType<typeof setTimeout>;
    let leftMs = Math.max(0, delayMs);
    const arm = (): void => {
      const pieceMs = Math.min(leftMs, LONGEST_TIMER_MS);
      leftMs -= pieceMs;
      handle = setTimeout(() => (leftMs > 0 ? arm() : callback()), pieceMs);
      if (options?.background === true) handle.unref();
    };
    arm();
    return { [Symbol.dispose]: () => clearTimeout(handle) };
  },
};

/** Waits, and rejects with the signal's reason as soon as it aborts; leaves no timer and no listener behind. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const stop = (): void => {
      timer[Symbol.dispose]();
      reject(signal.reason as Error);
    };
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    signal.addEventListener("abort", stop, { once: true });
  });
}
