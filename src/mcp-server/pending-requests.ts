import { abortable } from "../base/abortable.ts";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { deadline } from "../base/deadline.ts";

/** Counts requests that are being answered, so that whoever closes can let them end. */
export class PendingRequests {
  #count = 0;
  #none: PromiseWithResolvers<void> | undefined;

  /** The end of one may be told several times. */
  begin(): () => void {
    let pending = true;
    this.#count += 1;
    return () => {
      if (!pending) return;
      pending = false;
      this.#count -= 1;
      if (this.#count > 0) return;
      this.#none?.resolve();
      this.#none = undefined;
    };
  }

  /** Resolves when none is pending, and in any case when the time is up. */
  async ended(clock: Clock, withinMs: Ms): Promise<void> {
    if (this.#count === 0) return;
    this.#none ??= Promise.withResolvers();
    using limit = deadline(clock, new AbortController().signal, withinMs, () => new Error("requests take too long"));
    await abortable(this.#none.promise, limit.signal).catch(() => undefined);
  }
}
