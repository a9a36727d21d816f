import { isInteraction, type StoredEvent } from "./event-store.ts";

/** A visit: what one visitor did without a long pause. */
export interface Session {
  readonly userId: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The contents that were viewed, in order, with repetitions. */
  readonly views: readonly string[];
  /** Likes, shares and comments. */
  readonly interactions: number;
  readonly conversions: number;
}

/** A longer time without an event ends a session. */
const PAUSE_MS = 30 * 60_000;

/**
 * The sessions in which events happened. A new one begins with `session_start`, after `session_end`, and after a pause.
 *
 * @param events - by visitor, each in the order of time
 */
export function sessionsOf(events: readonly StoredEvent[]): readonly Session[] {
  const parts: StoredEvent[][] = [];
  let last: StoredEvent | undefined;
  for (const event of events) {
    const current = parts.at(-1);
    if (current === undefined || last === undefined || begins(event, last)) parts.push([event]);
    else current.push(event);
    last = event;
  }
  return parts.map(sessionOf);
}

function begins(event: StoredEvent, last: StoredEvent): boolean {
  const another = event.userId !== last.userId || event.atMs - last.atMs > PAUSE_MS;
  return another || event.type === "session_start" || last.type === "session_end";
}

function sessionOf(events: readonly StoredEvent[]): Session {
  const [first, last] = [events[0], events.at(-1)];
  return {
    userId: first?.userId ?? "",
    startMs: first?.atMs ?? 0,
    endMs: last?.atMs ?? 0,
    views: events.flatMap(({ type, contentId }) => (type === "view" && contentId !== undefined ? [contentId] : [])),
    interactions: events.filter(isInteraction).length,
    conversions: events.filter(({ type }) => type === "conversion").length,
  };
}

/** Somebody came, looked at one thing, and left. */
export function isBounce({ views, interactions, conversions }: Session): boolean {
  return views.length === 1 && interactions === 0 && conversions === 0;
}
