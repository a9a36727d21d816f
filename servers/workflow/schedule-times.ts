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
