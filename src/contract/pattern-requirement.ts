import * as z from "zod";
import type { PatternIssue, PatternValidation, RequirementResult, RequirementSeverity } from "../model/pattern.ts";
import { moment, wireObject } from "./wire-object.ts";

/** Whether nothing is applied without it. */
export const requirementSeverity: z.ZodType<RequirementSeverity> = z
  .enum(["blocking", "warning"])
  .meta({ description: "blocking: nothing is applied while it is not met. warning: it is only told." });

const issue: z.ZodType<PatternIssue> = wireObject<PatternIssue>({
  requirementId: z.string().meta({ description: 'Of which requirement; "parameters" and "workflow" are those of every pattern.' }),
  message: z.string(),
});

const result: z.ZodType<RequirementResult> = wireObject<RequirementResult>({
  id: z.string(),
  description: z.string(),
  severity: requirementSeverity,
  passed: z.boolean(),
  detail: z.string().meta({ description: "What was found." }).exactOptional(),
});

/** The document of a {@link PatternValidation}. */
export const patternValidation: z.ZodType<PatternValidation> = wireObject<PatternValidation>({
  valid: z.boolean().meta({ description: "Whether the pattern can be applied: there is no blocking issue." }),
  blockingIssues: z.array(issue).meta({ description: "What has to be put right first." }),
  warnings: z.array(issue).meta({ description: "What should be known; it stops nothing." }),
  checks: z.array(result).meta({ description: "Everything that was looked at." }),
  checkedAtMs: moment,
});

/** What was found, in a sentence or two. */
export function describeValidation({ valid, blockingIssues, warnings }: PatternValidation): string {
  const verdict = valid ? "It can be applied." : `It cannot be applied: ${blockingIssues.map(({ message }) => message).join("; ")}.`;
  return warnings.length === 0 ? verdict : `${verdict} Warnings: ${warnings.map(({ message }) => message).join("; ")}.`;
}
