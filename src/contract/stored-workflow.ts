import * as z from "zod";
import type { ExecutionStatus, Outcome } from "../model/execution.ts";
import type { WorkflowStatus } from "../model/stored-workflow.ts";
import { executionStatus, outcome } from "./execution-report.ts";
import { moment, wireObject } from "./wire-object.ts";

/** How a stored workflow is. */
export const workflowStatus: z.ZodType<WorkflowStatus> = z.enum(["draft", "active", "executing", "completed", "failed", "paused"]).meta({
  description:
    "draft: no steps yet. active: not executed yet, or its newest execution waits for its turn. Else the status of its newest execution; paused: a person has to move it on.",
});

/** An execution of a stored workflow, in short. */
export interface LatestExecution {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  readonly outcome?: Outcome;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
}

/** The document of a {@link LatestExecution}. */
export const latestExecution: z.ZodType<LatestExecution> = wireObject<LatestExecution>(
  { executionId: z.string(), status: executionStatus, outcome, startedAtMs: moment, endedAtMs: moment },
  { orNull: ["outcome", "endedAtMs"] },
);
