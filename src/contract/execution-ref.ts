import * as z from "zod";
import { wireObject } from "./wire-object.ts";

/** Which execution is meant. */
export interface ExecutionRef {
  /** The id, or the beginning of it when only one execution begins so. */
  readonly executionId: string;
}

/** An id, or a unique beginning of one. */
export const executionId: z.ZodType<string> = z.string().min(1).max(200).meta({ description: "The id, or a unique beginning of it." });

/** Input of the operations on one execution. */
export const executionRef: z.ZodType<ExecutionRef> = wireObject<ExecutionRef>({ executionId });
