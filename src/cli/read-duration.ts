import { parseDuration } from "../base/duration.ts";
import { TuttiError } from "../model/errors.ts";

/** Reads a duration from the command line. @throws TuttiError `usage` */
export function readDuration(text: string, option: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new TuttiError("usage", `${option} takes a duration such as "30d", "12h" or "90m", not "${text}"`, {});
  return ms;
}
