/** Lets at most `permits` holders in at once, in the order in which they asked. */
export class Semaphore {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Permits that nobody holds. */
  get free(): number {
    return this.#free;
  }

  /** Waits for a permit. Dispose what it returns to give the permit back. Rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#release();
        held = false;
      },
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(turn), 1);
        reject(signal.reason as Error);
      };
      this.#queue.push(turn);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #release(): void {
    const turn = this.#queue.shift();
    if (turn === undefined) this.#free += 1;
    else turn();
  }
}
