import * as z from "zod";
import type { LocatedProblem } from "../model/problem.ts";
import { wireObject } from "./wire-object.ts";

/** A problem with its place in a file. */
export const locatedProblem: z.ZodType<LocatedProblem> = wireObject<LocatedProblem>({
  file: z.string(),
  place: z.string().exactOptional(),
  line: z.int(),
  column: z.int(),
  code: z.string(),
  message: z.string(),
  suggestion: z.string().exactOptional(),
  severity: z.enum(["error", "warning"]),
  length: z.int(),
  source: z.string(),
});
