/** Work that has a time. Disposing lets go of the clock and of the signal that it follows. */
export interface TimeLimit extends Disposable {
  /** Aborts when the followed signal does, or when the time is up. */
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  readonly late: () => boolean;
}

/** A signal that follows another one and the clock. */
export function timeLimit(signal: AbortSignal, timeoutMs: number): TimeLimit {
  const controller = new AbortController();
  let late = false;
  const stop = (): void => controller.abort();
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, timeoutMs);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  return {
    signal: controller.signal,
    late: () => late,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    },
  };
}
