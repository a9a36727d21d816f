import { z } from "zod";

const CHARACTERS_MAX = 200;

/** A name that people give to something: any text in one line. */
export const plainName = z
  .string()
  .min(1)
  .max(CHARACTERS_MAX)
  .refine((text) => text.trim() === text && text.isWellFormed(), "a name does not begin or end with a space, and is Unicode text")
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), "a name has no control characters");
