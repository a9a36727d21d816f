import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { TENANT } from "./tenant.ts";

export const tenant: z.ZodType<string> = z
  .string()
  .regex(TENANT, "must be 1 to 100 of a-z, 0-9 and -, neither beginning nor ending with -");

/** Any version and variant: others make theirs as they like. */
export const UUID_PATTERN: RegExp = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

export const uuid: z.ZodType<string> = z
  .string()
  .regex(UUID_PATTERN, "must be a UUID such as 0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55")
  .meta({ format: "uuid" });

/** Text that says something. */
export const words: z.ZodType<string> = z.string().regex(/\S/, "must not be empty");

export const text: z.ZodType<string> = z.string();

export const flag: z.ZodType<boolean> = z.boolean();

/** At least 0, finite. */
export const amount: z.ZodType<number> = z.number().min(0);

/** At least 0, whole. */
export const count: z.ZodType<number> = z.int().min(0);

/** From 1, whole. */
export const ordinal: z.ZodType<number> = z.int().min(1);

/** 0 to 1. */
export const ratio: z.ZodType<number> = z.number().min(0).max(1);

export const moment: z.ZodType<string> = z.iso.datetime("must be a date and time in UTC such as 2026-01-31T09:00:00Z");

export const permission: z.ZodType<string> = z.string().regex(/^[^\s:]+(?::[^\s:]+)+$/, "must be resource:action, such as orders:read");

/** W3C Trace Context, sections 3.2.2.3 and 3.2.2.4. */
export const TRACE_ID_PATTERN: RegExp = /^(?!0+$)[0-9a-f]{32}$/;
export const SPAN_ID_PATTERN: RegExp = /^(?!0+$)[0-9a-f]{16}$/;

export const traceId: z.ZodType<string> = z.string().regex(TRACE_ID_PATTERN, "must be 32 lower-case hexadecimal digits, not all 0");

export const spanId: z.ZodType<string> = z.string().regex(SPAN_ID_PATTERN, "must be 16 lower-case hexadecimal digits, not all 0");

export const jsonObject: z.ZodType<JsonObject> = z.unknown().refine(isJsonObject, "must be an object").meta({ type: "object" });

/** Taken as it is; that it is JSON has been found out before. */
export const json: z.ZodType<Json> = z.unknown().refine((value) => value !== undefined, "must be a JSON value") as z.ZodType<Json>;

/** Names of anybody with text. Kept as it is, because zod would leave out a key named `__proto__`. */
export const textByName: z.ZodType<Readonly<Record<string, string>>> = z
  .unknown()
  .refine(isTextByName, "must be an object whose values are all text")
  .meta({ type: "object", additionalProperties: { type: "string" } }) as z.ZodType<Readonly<Record<string, string>>>;

function isTextByName(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every((member) => typeof member === "string");
}
