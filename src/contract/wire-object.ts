import * as z from "zod";
import { wireName } from "../base/wire-name.ts";

/**
 * The schema of an object that is snake_case on the wire and camelCase inside. Only the names given here are changed:
 * what people put into inputs and outputs keeps its keys.
 *
 * Names follow {@link wireName}; `names` states the exceptions. A member in `orNull` is always there on the wire, as
 * null when it is undefined inside, so that programs can rely on the keys of the documents that they read.
 */
export function wireObject<T extends object>(
  shape: { readonly [Key in keyof T]-?: z.ZodType<Required<T>[Key]> },
  { names = {}, orNull = [] }: WireOptions<T> = {},
): z.ZodType<T> {
  const keys = Object.keys(shape) as (keyof T & string)[];
  const members = keys.map((key) => ({ inside: key, wire: names[key] ?? wireName(key), nullable: orNull.includes(key) }));
  const document = z.strictObject(
    Object.fromEntries(members.map(({ inside, wire, nullable }) => [wire, nullable ? shape[inside].nullable() : shape[inside]])),
  );
  // Zod also asks for the encoding of optional members that are not there, and forgives them when they are refused.
  const isPresent = (value: unknown): boolean => value !== undefined;
  return z.codec(document, z.custom<T>(isPresent), {
    decode: (value) => toInside(value, members) as T,
    // Where something around it has a check, Zod encodes once for trial, and asks for no presence then.
    encode: (value) => (isPresent(value) ? toWire(value, members) : value) as never,
  });
}

interface WireOptions<T> {
  readonly names?: { readonly [Key in keyof T]?: string };
  readonly orNull?: readonly (keyof T)[];
}

interface Member {
  readonly inside: string;
  readonly wire: string;
  readonly nullable: boolean;
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

/** Copies what is there in the order of the members, as the way back does: a document then always has the same order. */
function toWire(value: object, members: readonly Member[]): Record<string, unknown> {
  const given = value as Readonly<Record<string, unknown>>;
  const document: Record<string, unknown> = {};
  for (const { inside, wire, nullable } of members) {
    const member = given[inside] === undefined && nullable ? null : given[inside];
    if (member !== undefined) document[wire] = member;
  }
  return document;
}

function toInside(document: Readonly<Record<string, unknown>>, members: readonly Member[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const { inside, wire, nullable } of members) {
    const member = document[wire];
    if (member !== undefined && !(nullable && member === null)) value[inside] = member;
  }
  return value;
}
