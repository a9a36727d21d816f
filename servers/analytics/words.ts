import { z } from "zod";

/**
 * A name or an id of somebody else's: no control characters, which would break lines of reports, and no half characters,
 * which SQLite cannot keep.
 */
export function word(charactersMax: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(charactersMax)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, "control characters and lone surrogates are not allowed");
}

export const contentId = word(200);

export const moment = z.iso.datetime({ offset: true });

/** As `moment` takes them: the ISO text of a moment, in UTC. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
