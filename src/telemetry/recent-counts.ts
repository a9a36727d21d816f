import type { Clock } from "../base/clock.ts";

const SLOT_MS = 5_000;
const SLOTS = 12;
/** Names beyond it are not counted. */
const NAMES_MAX = 1_000;

/** How often something has happened in the last minute, by name. */
export class RecentCounts {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #startMs: number;
  readonly #counts = new Map<string, { readonly slots: number[]; last: number }>();

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  add(name: string, by: number): void {
    const known = this.#counts.get(name);
    if (known === undefined && this.#counts.size >= NAMES_MAX) return;
    const slot = this.#slot();
    const counts = known ?? { slots: Array.from({ length: SLOTS }, () => 0), last: slot };
    if (known === undefined) this.#counts.set(name, counts);
    forget(counts, slot);
    counts.slots[slot % SLOTS] = (counts.slots[slot % SLOTS] ?? 0) + by;
  }

  /** While there has been no whole minute, as many as there would be in one. */
  perMinute(name: string): number {
    const counts = this.#counts.get(name);
    if (counts === undefined) return 0;
    forget(counts, this.#slot());
    const sum = counts.slots.reduce((total, count) => total + count, 0);
    const covered = Math.min(SLOTS * SLOT_MS, Math.max(SLOT_MS, this.#clock.monotonicMs() - this.#startMs));
    return (sum * 60_000) / covered;
  }

  #slot(): number {
    return Math.floor((this.#clock.monotonicMs() - this.#startMs) / SLOT_MS);
  }
}

/** Empties the slots that time has passed over. */
function forget(counts: { readonly slots: number[]; last: number }, slot: number): void {
  for (let passed = Math.max(counts.last + 1, slot - SLOTS + 1); passed <= slot; passed += 1) counts.slots[passed % SLOTS] = 0;
  counts.last = slot;
}
