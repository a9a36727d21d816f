import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import type { Outcome } from "../model/execution.ts";
import type { PatternApplicationStatus, PatternValidation } from "../model/pattern.ts";
import { outcome } from "./execution-report.ts";
import { jsonObject, jsonValue } from "./json-value.ts";
import { patternValidation } from "./pattern-requirement.ts";
import { moment, wireObject } from "./wire-object.ts";

/** How an application of a pattern is. */
const applicationStatus: z.ZodType<PatternApplicationStatus> = z.enum(["pending", "applying", "applied", "failed", "rejected"]).meta({
  description:
    "pending: its workflow is stored and waits to be executed. applying: it is being executed. applied: its newest execution has completed. failed: it has not. rejected: a blocking requirement was not met, and nothing was made.",
});

/** What is listed of an application of a pattern. */
export interface PatternApplicationSummary {
  readonly applicationId: string;
  readonly patternName: string;
  readonly patternVersion: string;
  readonly targetComponent: string;
  readonly status: PatternApplicationStatus;
  readonly appliedAtMs: number;
  readonly appliedBy: string;
  readonly workflowId?: string;
  /** The newest one. */
  readonly executionId?: string;
  /** Whether what is looked at again held when it was last looked at; undefined before, and when nothing is. */
  readonly inForce?: boolean;
}

/** Everything about one application of a pattern. */
export interface PatternApplicationView extends PatternApplicationSummary {
  readonly parameters: JsonObject;
  /** What came of the newest execution, if it has ended. */
  readonly results?: ApplicationResults;
  /** What was found when it was last looked at. */
  readonly validationResults?: PatternValidation;
  readonly nextSteps: readonly string[];
  readonly monitoring?: { readonly everyMs: number; readonly checks: readonly string[] };
}

/** What came of the execution that has applied a pattern. */
export interface ApplicationResults {
  readonly outcome?: Outcome;
  readonly output: Json;
  readonly error?: string;
  readonly completedAtMs?: number;
}

const SUMMARY: { readonly [Key in keyof PatternApplicationSummary]-?: z.ZodType<Required<PatternApplicationSummary>[Key]> } = {
  applicationId: z.string(),
  patternName: z.string(),
  patternVersion: z.string(),
  targetComponent: z.string(),
  status: applicationStatus,
  appliedAtMs: moment,
  appliedBy: z.string(),
  workflowId: z.string().meta({ description: "The stored workflow that was made; null when it was rejected." }),
  executionId: z.string().meta({ description: "The newest execution of the workflow, if there has been one." }),
  inForce: z.boolean().meta({ description: "Whether what is looked at again held when it was last looked at." }),
};

const OR_NULL = ["workflowId", "executionId", "inForce"] as const;

/** The document of a {@link PatternApplicationSummary}. */
export const patternApplicationSummary: z.ZodType<PatternApplicationSummary> = wireObject<PatternApplicationSummary>(SUMMARY, {
  orNull: OR_NULL,
});

/** The document of a {@link PatternApplicationView}. */
export const patternApplicationView: z.ZodType<PatternApplicationView> = wireObject<PatternApplicationView>(
  {
    ...SUMMARY,
    parameters: jsonObject.meta({ description: "With the defaults of what was not given." }),
    results: wireObject<ApplicationResults>(
      { outcome, output: jsonValue, error: z.string(), completedAtMs: moment },
      { orNull: ["outcome", "error", "completedAtMs"] },
    ).meta({ description: "What came of the newest execution, when it has ended." }),
    validationResults: patternValidation.meta({ description: "What was found when its requirements were last looked at." }),
    nextSteps: z.array(z.string()),
    monitoring: wireObject<{ readonly everyMs: number; readonly checks: readonly string[] }>({
      everyMs: z.int().meta({ description: "How often requirements are looked at again while a process serves, in milliseconds." }),
      checks: z.array(z.string()),
    }),
  },
  { orNull: [...OR_NULL, "results", "validationResults", "monitoring"] },
);

/** How an application is, in a sentence or two. */
export function describeApplication({
  applicationId,
  patternName,
  targetComponent,
  status,
  workflowId,
  nextSteps,
}: PatternApplicationView): string {
  const made = workflowId === undefined ? "" : ` Its workflow is ${workflowId}.`;
  return `The application ${applicationId} of ${patternName} to ${targetComponent} is ${status}.${made} Next: ${nextSteps.join(" ")}`;
}
