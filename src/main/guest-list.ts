import type { Clock } from "../base/clock.ts";
import { TaskGroup } from "../base/task-group.ts";

export interface GuestListOptions<Guest> {
  readonly clock: Pick<Clock, "after">;
  /** Whether something is under way for it, although nobody is connected. */
  readonly needed: (guest: Guest) => boolean;
}

/** Whoever comes back soon finds it as it was, with its servers running. */
const LINGER_MS = 60_000;

interface Entry<Guest> {
  readonly guest: Guest;
  clients: number;
  timer: Disposable | undefined;
}

/**
 * What other processes have brought with them, by what it is configured with: opened for the first that comes with it, and
 * closed a minute after the last has gone, when nothing is under way for it. Else an owner that lives for months would
 * keep the servers of every configuration that there has been.
 *
 * Disposing closes all of it.
 */
export class GuestList<Guest extends AsyncDisposable> implements AsyncDisposable {
  readonly #options: GuestListOptions<Guest>;
  readonly #entries = new Map<string, Entry<Guest>>();
  readonly #closing = new TaskGroup();

  constructor(options: GuestListOptions<Guest>) {
    this.#options = options;
  }

  /** @param signal - aborts when the process that came has gone */
  join(key: string, open: () => Guest, signal: AbortSignal): Guest {
    const entry = this.#entries.get(key) ?? { guest: open(), clients: 0, timer: undefined };
    this.#entries.set(key, entry);
    entry.timer?.[Symbol.dispose]();
    entry.clients += 1;
    const leave = (): void => {
      entry.clients -= 1;
      if (entry.clients === 0) this.#linger(key, entry);
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return entry.guest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    stack.use(this.#closing);
    for (const { guest, timer } of this.#entries.values()) {
      timer?.[Symbol.dispose]();
      stack.use(guest);
    }
    this.#entries.clear();
  }

  #linger(key: string, entry: Entry<Guest>): void {
    if (this.#entries.get(key) !== entry) return;
    entry.timer = this.#options.clock.after(LINGER_MS, () => {
      if (this.#options.needed(entry.guest)) return this.#linger(key, entry);
      this.#entries.delete(key);
      this.#closing.run(async () => await entry.guest[Symbol.asyncDispose]());
    });
  }
}
