import { z } from "zod";

// oxlint-disable-next-line no-control-regex -- whatever some program takes for the end of a line, or of a text
const LINE_END = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** Text that stays in its line, wherever it is written. */
export function oneLine(charactersMax: number) {
  return z
    .string()
    .min(1)
    .max(charactersMax)
    .refine((text) => !LINE_END.test(text), "it has no line breaks and no control characters")
    .refine((text) => text.isWellFormed(), "it is Unicode text");
}

/** Text of many lines. */
export function manyLines(charactersMax: number) {
  return z
    .string()
    .max(charactersMax)
    .refine((text) => !text.includes("\u0000") && text.isWellFormed(), "it is Unicode text without NUL");
}
