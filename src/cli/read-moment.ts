import { parseDuration } from "../base/duration.ts";
import { TuttiError } from "../model/errors.ts";

/** Reads a moment from the command line: a date and time, or how long ago it was. @throws TuttiError `usage` */
export function readMoment(text: string, option: string, nowMs: number): number {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return nowMs - agoMs;
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  const wanted = `a moment such as "2026-01-31T09:00:00Z", or how long ago it was, such as "24h"`;
  throw new TuttiError("usage", `${option} takes ${wanted}, not "${text}"`, {});
}
