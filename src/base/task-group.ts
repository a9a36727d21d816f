/** One for all, because every execution has groups, and an error is dear for the stack that it records. */
const CLOSING = new Error("closing");

/**
 * Owns promises that nobody awaits at once. Disposing aborts its signal and waits for all of them.
 *
 * A task that rejects is a bug of whoever wrote the task, unless the group was already closing: the first such
 * error is thrown by the disposal.
 */
export class TaskGroup implements AsyncDisposable {
  #running = 0;
  #idle: PromiseWithResolvers<void> | undefined;
  readonly #controller = new AbortController();
  #firstError: { readonly error: unknown } | undefined;

  /** Aborts when the group closes. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How many tasks have not ended. */
  get size(): number {
    return this.#running;
  }

  run(task: (signal: AbortSignal) => Promise<void>): void {
    this.#running += 1;
    void this.#guard(task);
  }

  /** Waits until no task is left, without closing. */
  async idle(): Promise<void> {
    while (this.#running > 0) {
      this.#idle ??= Promise.withResolvers();
      await this.#idle.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort(CLOSING);
    await this.idle();
    if (this.#firstError !== undefined) throw this.#firstError.error;
  }

  async #guard(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await task(this.#controller.signal);
    } catch (error) {
      if (!this.#controller.signal.aborted) this.#firstError ??= { error };
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#becomeIdle();
    }
  }

  #becomeIdle(): void {
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
