import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { EventFeed, JournaledNote } from "../ports/event-feed.ts";

/** So many of the newest are kept, for all who follow them. */
const KEPT_MAX = 4_096;

/** What comes within so short a time is told at once, so that a thousand who wait do not each read each commit. */
const TOGETHER_MS: Ms = 25;

/** Which news somebody wants. */
export interface NewsFilter {
  readonly executionId?: string;
  readonly wants: (note: JournaledNote) => boolean;
}

export interface NewsTailPorts {
  readonly feed: EventFeed;
  readonly clock: Clock;
  /** Calls back whenever something has been journaled, until it is disposed. */
  readonly subscribe: (listener: () => void) => Disposable;
}

/**
 * The end of a journal as it grows. Whoever follows it asks for what comes next when he is ready for it: nothing is kept
 * for him, and he never slows whoever writes.
 *
 * 1. `#kept` is what the feed has after `#fromPosition`, without a gap, up to `#toPosition`.
 * 2. While nothing is heard since the last look, there is nothing after `#toPosition`.
 */
export class NewsTail implements Disposable {
  readonly #feed: EventFeed;
  readonly #clock: Clock;
  readonly #subscription: Disposable;
  readonly #waiting = new Set<() => void>();
  #kept: JournaledNote[] = [];
  #fromPosition: number;
  #toPosition: number;
  #heard = true;
  #waking: Disposable | undefined;

  constructor({ feed, clock, subscribe }: NewsTailPorts) {
    this.#feed = feed;
    this.#clock = clock;
    this.#fromPosition = feed.newest();
    this.#toPosition = this.#fromPosition;
    this.#subscription = subscribe(() => this.#hear());
  }

  /** The position of the newest of all. */
  newest(): number {
    this.#look();
    return this.#toPosition;
  }

  /** At most so many of those that are wanted after a position, and up to where it has looked for them. */
  read(after: number, filter: NewsFilter, limit: number): { readonly notes: readonly JournaledNote[]; readonly position: number } {
    this.#look();
    const isKept = after >= this.#fromPosition;
    const looked = isKept ? this.#keptAfter(after) : this.#feed.after(after, limit, filter.executionId);
    const notes: JournaledNote[] = [];
    for (const note of looked) {
      if (filter.wants(note)) notes.push(note);
      if (notes.length === limit) return { notes, position: note.position };
    }
    const last = looked.at(-1)?.position ?? after;
    const isAll = isKept || looked.length < limit;
    return { notes, position: isAll ? Math.max(last, this.#toPosition) : last };
  }

  /** Resolves when there is more than this position, or when the signal aborts. */
  async more(after: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.newest() <= after) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiting.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        this.#waiting.add(done);
        signal.addEventListener("abort", done, { once: true });
      });
    }
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#waking?.[Symbol.dispose]();
    for (const done of this.#waiting) done();
  }

  #hear(): void {
    this.#heard = true;
    if (this.#waiting.size === 0 || this.#waking !== undefined) return;
    this.#waking = this.#clock.after(
      TOGETHER_MS,
      () => {
        this.#waking = undefined;
        for (const done of this.#waiting) done();
      },
      { background: true },
    );
  }

  /** After a long time in which nobody asked it begins anew near the end. */
  #look(): void {
    if (!this.#heard) return;
    this.#heard = false;
    const newest = this.#feed.newest();
    if (newest - this.#toPosition > KEPT_MAX) {
      this.#fromPosition = newest - KEPT_MAX;
      this.#toPosition = this.#fromPosition;
      this.#kept = [];
    }
    this.#kept.push(...this.#feed.after(this.#toPosition, KEPT_MAX));
    this.#toPosition = newest;
    const excess = this.#kept.splice(0, Math.max(0, this.#kept.length - KEPT_MAX)).at(-1);
    if (excess !== undefined) this.#fromPosition = excess.position;
  }

  /** Positions are in order, so that the beginning is found by halving. */
  #keptAfter(after: number): readonly JournaledNote[] {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#kept[middle]?.position ?? 0) <= after) low = middle + 1;
      else high = middle;
    }
    return this.#kept.slice(low);
  }
}
