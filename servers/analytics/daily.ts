import type { Span, StoredEvent } from "./event-store.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { DAY_MS } from "./periods.ts";
import { sessionsOf } from "./sessions.ts";

/** The figures of one day, in UTC. */
export interface Day {
  /** Such as `2026-03-01`. */
  readonly date: string;
  readonly figures: Figures;
}

/**
 * The figures of each day of a time, also of days without events. A session belongs to the day on which it began. The first
 * day is left out, because only a part of it is in the time; of less than a day, there is one.
 */
export function dailyFigures(events: readonly StoredEvent[], { fromMs, toMs }: Span): readonly Day[] {
  const last = Math.floor(toMs / DAY_MS);
  const first = Math.min(last, Math.floor(fromMs / DAY_MS) + 1);
  const byDay = Map.groupBy(events, ({ atMs }) => Math.floor(atMs / DAY_MS));
  const sessions = Map.groupBy(sessionsOf(events), ({ startMs }) => Math.floor(startMs / DAY_MS));
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const day = first + index;
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    return { date, figures: figuresOf(byDay.get(day) ?? [], sessions.get(day) ?? []) };
  });
}
