import type { Ms } from "../base/duration.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import type { CallError, Degraded, Failover, ParentCall } from "./call.ts";
import type { StepGate } from "./step-gate.ts";
import type { Resources } from "./workflow.ts";

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
  /** Who had its last call, of a server with several replicas. */
  readonly replica?: string;
  /** Where its last call was, if that was another machine or one was asked for; `local` is this one. */
  readonly machine?: string;
  /** The replicas that its calls have left for another one, with the reasons; the first 20. */
  readonly failovers?: readonly Failover[];
  readonly degraded?: Degraded;
  readonly compensation?: "running" | "completed" | "failed" | "in_doubt" | "none";
  readonly waitingFor?: WaitingFor;
  readonly items?: ItemCounts;
  readonly childId?: string;
  readonly skippedBecause?: "condition" | "needs" | "stopped" | "reused";
  /** It is no step of the workflow, but holds one back. */
  readonly gate?: StepGate;
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

/**
 * How well an execution went, in measured time; `docs/operations.md` says how each figure comes about. Shares are from 0
 * to 1, and absent where there is nothing to share.
 */
export interface ExecutionMetrics {
  /** Every attempt, also of child workflows. */
  readonly calls: number;
  readonly retries: number;
  readonly durationMs: Ms;
  /** The longest chain of steps, in the time that they took without waiting for servers. */
  readonly criticalPathMs: Ms;
  /** How long the same steps take at least, with what their servers can do at once. */
  readonly shortestMs: Ms;
  /** critical path / duration; 1 when nothing waited but for what it needed. */
  readonly parallelEfficiency: number;
  /** critical path / shortest: what the parallel efficiency can be with these servers. */
  readonly maximumEfficiency: number;
  /** shortest / duration: how much of that was reached. */
  readonly efficiencyRatio: number;
  /** Sums over all calls: waiting for servers, being with them, and everything else. */
  readonly queuedMs: Ms;
  readonly serverMs: Ms;
  readonly overheadMs: Ms;
  /** overhead / (overhead + server). */
  readonly overheadShare?: number;
  readonly meanOverheadMs?: Ms;
  /** Of the time with servers. */
  readonly meanLatencyMs?: Ms;
  readonly p95LatencyMs?: Ms;
  /** The calls that servers answered as soon as may be expected. */
  readonly inTimeShare?: number;
  /** The calls that went to a server which has the tool. */
  readonly selectionAccuracy?: number;
  /** Of the time for which calls held resources, that in which a server was at work. */
  readonly resourceEfficiency?: number;
  /** How much was held, times how many seconds. */
  readonly resourceSeconds: Resources;
  readonly failovers: number;
  readonly hedgedCalls: number;
  /** 0 to 100; only of executions that have ended. */
  readonly score?: number;
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
