import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import { jsonObject } from "./json-value.ts";

/** To what a pattern is applied, and with what. */
export interface PatternTarget {
  readonly patternName: string;
  readonly targetComponent: string;
  /** Those that have no default are needed. */
  readonly parameters?: JsonObject;
}

/** The name of a pattern. */
export const patternName: z.ZodType<string> = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: 'A name that list_patterns shows, such as "infrastructure-enforcement".' });

/** The name of a component. */
export const targetComponent: z.ZodType<string> = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), "must be one line, without control characters")
  .meta({ description: 'What the pattern is applied to, in your words, such as "database-connections".' });

/** The members of an input that has a {@link PatternTarget}. */
export const PATTERN_TARGET: { readonly [Key in keyof PatternTarget]-?: z.ZodType<Required<PatternTarget>[Key]> } = {
  patternName,
  targetComponent,
  parameters: jsonObject
    .meta({ description: "The parameters that list_patterns shows for the pattern, by name. Those without a default are needed." })
    .exactOptional(),
};
