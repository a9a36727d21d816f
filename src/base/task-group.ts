/**
 * Owns promises that nobody awaits at once. Disposing aborts its signal and waits for all of them.
 *
 * A task that rejects is a bug of whoever wrote the task, unless the group was already closing: the first such
 * error is thrown by the disposal.
 */
export class TaskGroup implements AsyncDisposable {
  readonly #tasks = new Set<Promise<void>>();
  readonly #controller = new AbortController();
  #firstError: { readonly error: unknown } | undefined;

  /** Aborts when the group closes. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How many tasks have not ended. */
  get size(): number {
    return this.#tasks.size;
  }

  run(task: (signal: AbortSignal) => Promise<void>): void {
    const promise: Promise<void> = this.#guard(task).then(() => void this.#tasks.delete(promise));
    this.#tasks.add(promise);
  }

  /** Waits until no task is left, without closing. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort(new Error("closing"));
    await this.idle();
    if (this.#firstError !== undefined) throw this.#firstError.error;
  }

  async #guard(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await task(this.#controller.signal);
    } catch (error) {
      if (!this.#controller.signal.aborted) this.#firstError ??= { error };
    }
  }
}
