import type { Ms } from "../base/duration.ts";
import type { Problem } from "./problem.ts";
import type { StepGate } from "./step-gate.ts";
import type { ServerCapacity } from "./tool.ts";
import type { Effect, Resources, Step, Template, Workflow } from "./workflow.ts";

/**
 * A workflow bound to real servers. An execution carries its plan with it, so that neither an edited file nor a
 * changed server can change what runs.
 */
export interface Plan {
  readonly workflow: Workflow;
  /** The steps and then the finally steps, in the order of the workflow. Numbers in `needs` are places in this list. */
  readonly nodes: readonly PlanNode[];
  /** The plans of all child workflows, also of the children's children, by workflow id. */
  readonly children: Readonly<Record<string, Plan>>;
  /** Ids of the steps of the longest chain: without it, it cannot be done sooner. */
  readonly criticalPath: readonly string[];
  /** How long it takes: along the critical path, or longer where servers cannot do all at once that could be done. */
  readonly estimateMs: Ms;
  /** The most steps that can run side by side, as far as servers can do so much at once. */
  readonly parallelPaths: number;
  /** Sums over all steps. */
  readonly resources: Resources;
  /** What the servers that it uses could do at once when it was made, by name. */
  readonly capacities?: Readonly<Record<string, ServerCapacity>>;
  readonly warnings: readonly Problem[];
}

/** What is known of one tool use before it is sent. A `verify` probe is always `read`. */
export interface CallPlan {
  readonly effect: Effect;
  /** Whether the server honours idempotency keys, so that a call in doubt may simply be repeated. */
  readonly honoursKey: boolean;
}

/** A gate in a plan, and what a person who is asked there is shown, evaluated when it begins. */
export interface PlannedGate extends StepGate {
  readonly about?: Template;
}

/** What planning found out about one step. */
export interface PlanNode {
  readonly step: Step;
  readonly phase: "main" | "finally";
  /** Direct predecessors, by `needs` and by reference, without repetition, ascending. */
  readonly needs: readonly number[];
  readonly dependents: readonly number[];
  /** How the step's own call may be treated; `read` for steps that call nothing. */
  readonly call: CallPlan;
  readonly compensateCall?: CallPlan;
  readonly fallbackCall?: CallPlan;
  /** Changes something and declares no compensation. */
  readonly irreversible: boolean;
  readonly critical: boolean;
  readonly estimateMs: Ms;
  /** The longest chain of steps from the start of this one to the end of its phase. */
  readonly remainingMs?: Ms;
  /** Length of the longest chain of needs before the step. */
  readonly level: number;
  /** It is no step of the workflow, but holds one back. */
  readonly gate?: PlannedGate;
  /** A place in the list of nodes: it runs exactly when that one has completed, which has also looked at its `if`. */
  readonly follows?: number;
  /** A place in the list of nodes: for all others it has only completed when that one has. */
  readonly acceptedBy?: number;
}
