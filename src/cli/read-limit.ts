import { TuttiError } from "../model/errors.ts";

/** Reads how many are to be listed at most. @throws TuttiError `usage` */
export function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000) return limit;
  throw new TuttiError("usage", `--limit takes a whole number from 1 to 1000, not "${text}"`, {});
}
