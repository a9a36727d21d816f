import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { jsonSize } from "../base/json.ts";
import type { CallOutcome } from "../model/call.ts";

type Succeeded = Extract<CallOutcome, { kind: "succeeded" }>;

/** For as long as a hub may ask for a result that it has not got. */
const KEPT_MS: Ms = 10 * 60_000;
const OUTCOMES_MAX = 10_000;
const TOTAL_BYTES_MAX = 128 * 2 ** 20;
const ENTRY_BYTES = 500;

/** The good ends of tasks that a hub may not have heard of. Whatever has failed may be tried again, and is not kept. */
export interface OutcomeMemory {
  recall(key: string): Succeeded | undefined;
  keep(key: string, outcome: Succeeded): void;
}

export function outcomeMemory(clock: Pick<Clock, "monotonicMs">): OutcomeMemory {
  const kept = new LRUCache<string, { readonly outcome: Succeeded; readonly atMs: number }>({
    max: OUTCOMES_MAX,
    maxSize: TOTAL_BYTES_MAX,
    sizeCalculation: ({ outcome }) => ENTRY_BYTES + jsonSize(outcome.output, TOTAL_BYTES_MAX),
  });
  return {
    recall(key) {
      const entry = kept.get(key);
      return entry === undefined || clock.monotonicMs() - entry.atMs > KEPT_MS ? undefined : entry.outcome;
    },
    keep: (key, outcome) => void kept.set(key, { outcome, atMs: clock.monotonicMs() }),
  };
}
