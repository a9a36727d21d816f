import type { JsonObject } from "../base/json.ts";
import type { ExecutionStatus } from "./execution.ts";

/** What is kept of a stored workflow, beside what it says. */
export interface StoredWorkflowFacts {
  readonly workflowId: string;
  /** From 1; every change makes a new one. */
  readonly version: number;
  /** A draft has no steps yet, and cannot be executed. */
  readonly status: "draft" | "active";
  readonly name?: string;
  readonly pattern?: string;
  /** Whether it is offered as a tool of its own. */
  readonly exposed: boolean;
  /** When it is executed by itself: five cron fields. */
  readonly schedule?: string;
  /** Of `steps`, without those of `finally`. */
  readonly stepCount: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string;
  readonly tenant?: string;
}

/** One version of a workflow that is kept by Tutti itself, not in a file of its user. */
export interface StoredWorkflow extends StoredWorkflowFacts {
  /** The canonical document of its file. */
  readonly definition: JsonObject;
}

/** How a stored workflow is: the status of its newest execution, if there has been one since it was made. */
export type WorkflowStatus = "draft" | ExecutionStatus;
