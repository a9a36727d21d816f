import type { Ms } from "../base/duration.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import type { CallError, Degraded, ParentCall } from "./call.ts";

/** The documented workflow status. `active` is an execution that waits for its turn in a concurrency group. */
export type ExecutionStatus = "active" | "executing" | "paused" | "completed" | "failed";

/** How an execution ended. docs/ARCHITECTURE.md has the table. */
export type Outcome =
  | "completed"
  | "partial_success"
  | "validation_failed"
  | "failed"
  | "failed_with_rollback"
  | "rollback_failed"
  | "cancelled";

export type StepStatus = "pending" | "running" | "waiting" | "completed" | "failed" | "skipped" | "cancelled" | "in_doubt";

/** Something that an execution changed and that still stands after it failed. */
export interface Leftover {
  readonly step: string;
  readonly item?: number;
  /** `not_compensatable`: it declares none. `compensation_failed`, `in_doubt`: it was tried. */
  readonly reason: "not_compensatable" | "compensation_failed" | "in_doubt";
  readonly server?: string;
  readonly tool?: string;
  readonly error?: CallError;
}

/** What happened to one step, as the command prints it with `--json` (in snake_case). */
export interface StepReport {
  readonly id: string;
  readonly status: StepStatus;
  readonly phase: "main" | "finally";
  /** The steps that must end before it begins. */
  readonly needs: readonly string[];
  readonly server?: string;
  readonly tool?: string;
  /** Attempts of the step's own calls, of all items together. */
  readonly attempts: number;
  readonly startedAtMs?: number;
  readonly completedAtMs?: number;
  readonly output?: Json;
  readonly error?: CallError;
  readonly degraded?: Degraded;
  readonly compensation?: "running" | "completed" | "failed" | "in_doubt" | "none";
  readonly waitingFor?: WaitingFor;
  readonly items?: ItemCounts;
  readonly childId?: string;
  readonly skippedBecause?: "condition" | "needs" | "stopped" | "reused";
}

/** How far a `for_each` step is. */
export interface ItemCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly running: number;
  /** The places of those whose calls are in doubt; absent when none is. */
  readonly inDoubt?: readonly number[];
}

/** What a step waits for, and until when if that is known. */
export interface WaitingFor {
  readonly kind: "retry" | "timer" | "approval" | "limit" | "child" | "person";
  readonly untilMs?: number;
  readonly message?: string;
}

/** Everything a person or program wants to know about an execution at one moment. */
export interface ExecutionReport {
  readonly executionId: string;
  readonly workflowId: string;
  readonly workflowName?: string;
  readonly status: ExecutionStatus;
  readonly outcome?: Outcome;
  readonly inputs: JsonObject;
  readonly output: Json;
  readonly error?: CallError;
  readonly parent?: ParentCall;
  readonly retryOf?: string;
  /** For whom it runs, and what it belongs to. */
  readonly meta?: Meta;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly steps: readonly StepReport[];
  readonly leftovers: readonly Leftover[];
  /** True when only a person can move it on: an approval without a time limit, a call in doubt, or a pause. */
  readonly needsPerson: boolean;
  readonly metrics: ExecutionMetrics;
}

export interface ExecutionMetrics {
  readonly calls: number;
  readonly retries: number;
  readonly durationMs: Ms;
  /** Length of the chain of steps that determined the duration, in measured time. */
  readonly criticalPathMs: Ms;
  /** critical path / duration, 0..1; 1 when nothing waited but for what it needed. */
  readonly parallelEfficiency: number;
}

/** One line of a list of executions. */
export interface ExecutionSummary {
  readonly executionId: string;
  readonly workflowId: string;
  readonly status: ExecutionStatus;
  readonly outcome?: Outcome;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs?: number;
  readonly parentId?: string;
  readonly tenant?: string;
}
