import { Cron } from "croner";
import { refuse } from "../kit/reference-server.ts";

/**
 * The first time after a moment, of five cron fields. Undefined when none ever comes.
 *
 * @throws ToolError - the fields or the time zone cannot be read
 */
export function nextTime(cron: string, timeZone: string, after: Date): number | undefined {
  try {
    const schedule = new Cron(cron, { timezone: timeZone, mode: "5-part", paused: true });
    return schedule.nextRun(after)?.getTime();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse(`"${cron}" in the time zone "${timeZone}" is no schedule: ${reason}. Right is "0 7 * * 1-5" in "Europe/Berlin"`);
  }
}

interface Due {
  /** Without it the schedule comes once. */
  readonly cron: string | undefined;
  readonly timeZone: string;
  /** The first of its times for which nothing was done yet. It has come. */
  readonly dueMs: number;
}

/**
 * Of the times from `dueMs` until now, the newest that is not before `sinceMs`, and the first that is still to come. A server
 * that was down for longer than `sinceMs` has missed the first of them, and perhaps not the last.
 */
export function timesDue(
  { cron, timeZone, dueMs }: Due,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): { readonly newestMs?: number; readonly followingMs?: number } {
  let newest = dueMs < sinceMs ? {} : { newestMs: dueMs };
  if (cron === undefined) return newest;
  // A time that is exactly at its beginning is still of the last hour.
  let next = nextTime(cron, timeZone, new Date(Math.max(dueMs, sinceMs - 1_000)));
  for (; next !== undefined && next <= nowMs; next = nextTime(cron, timeZone, new Date(next))) {
    if (next >= sinceMs) newest = { newestMs: next };
  }
  return { ...newest, ...(next === undefined ? {} : { followingMs: next }) };
}
