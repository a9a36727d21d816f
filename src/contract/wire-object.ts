import * as z from "zod";

/**
 * The schema of an object that is snake_case on the wire and camelCase inside. Only the names given here are changed:
 * what people put into inputs and outputs keeps its keys.
 *
 * Names follow {@link wireName}; `names` states the exceptions.
 */
export function wireObject<T extends object>(
  shape: { readonly [Key in keyof T]-?: z.ZodType<Required<T>[Key]> },
  names: { readonly [Key in keyof T]?: string } = {},
): z.ZodType<T> {
  const keys = Object.keys(shape) as (keyof T & string)[];
  const wireNames = new Map<keyof T & string, string>(keys.map((key) => [key, names[key] ?? wireName(key)]));
  const document = z.strictObject(Object.fromEntries([...wireNames].map(([key, name]) => [name, shape[key]])));
  // Zod also asks for the encoding of optional members that are not there, and forgives them when they are refused.
  const isPresent = (value: unknown): boolean => value !== undefined;
  return z.codec(document, z.custom<T>(isPresent), {
    decode: (value) => renameKeys(value, wireNames) as T,
    encode: (value) => renameKeys(value, new Map(keys.map((key) => [wireNames.get(key) ?? key, key]))) as never,
  });
}

/** `startedAtMs` is `started_at` on the wire, because moments travel as text; `durationMs` is `duration_ms`. */
export function wireName(key: string): string {
  return key
    .replace(/^atMs$/, "at")
    .replace(/AtMs$/, "At")
    .replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The way back, for names that are no moments: `execution_id` gives `executionId`. */
export function insideName(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A moment: milliseconds inside, ISO 8601 in UTC on the wire. */
export const moment: z.ZodType<number> = z.codec(z.string().meta({ format: "date-time" }), z.number(), {
  decode: (text, context) => {
    const ms = Date.parse(text);
    if (Number.isNaN(ms))
      context.issues.push({ code: "custom", message: "must be a date and time such as 2026-01-31T09:00:00Z", input: text });
    return ms;
  },
  encode: (ms) => new Date(ms).toISOString(),
});

/** Copies what is there, in the order of the names: a document then always has the same order. */
function renameKeys(value: object, names: ReadonlyMap<string, string>): Record<string, unknown> {
  const given = value as Readonly<Record<string, unknown>>;
  const renamed: Record<string, unknown> = {};
  for (const [to, from] of names) if (given[from] !== undefined) renamed[to] = given[from];
  return renamed;
}
