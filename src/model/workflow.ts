import type { Ms } from "../base/duration.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { ErrorPolicy } from "../envelope/error-policy.ts";

/** JSON whose strings may hold `${{ }}` expressions. A string that is one whole expression keeps the type of its value. */
export type Template = Json;

/** The source of one CEL expression, without the `${{ }}` around it. */
export type Expression = string;

/** What a call may do: change nothing, be repeated without harm, or act anew each time it is sent. */
export type Effect = "read" | "idempotent" | "once";

/** A definition: what shall happen, not yet bound to servers. See docs/workflow-file.md. */
export interface Workflow {
  /** `^[a-z0-9][a-z0-9_-]{0,99}$` */
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly version?: string;
  readonly pattern?: string;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly errorPolicy: ErrorPolicy;
  /** Ends the execution when it takes longer. Without it there is no limit. */
  readonly timeoutMs?: Ms;
  readonly concurrency?: Concurrency;
  readonly on?: { readonly schedule?: string };
  /** Whether the workflow is offered as a tool of its own. */
  readonly expose?: boolean;
  /** Where its calls are ordered among those of other executions that wait: 1 to 10, the greatest first. Default 5. */
  readonly priority?: number;
  readonly metadata?: JsonObject;
  readonly steps: readonly Step[];
  /** Run after success, failure and cancellation. */
  readonly finally: readonly Step[];
  readonly output?: Template;
}

/** A JSON Schema for one input. An input with a `default` is optional, all others are required. */
export type InputSpec = JsonObject;

/** At most `limit` executions whose `group` evaluates to the same text run at once. */
export interface Concurrency {
  readonly group: Template;
  /** Default 1. */
  readonly limit: number;
  readonly onConflict: "queue" | "skip" | "cancel";
}

/** One node of a workflow. */
export interface Step {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly action: StepAction;
  /** Named by the author. References in expressions add to these: see the planner. */
  readonly needs: readonly string[];
  readonly if?: Expression;
  /** An expression or a literal list. Only on tool, workflow and value steps. */
  readonly forEach?: Template;
  /** Items in flight at once. Without it there is no limit of the step's own. */
  readonly maxParallel?: number;
  readonly effect?: Effect;
  /** Time for one attempt. For approvals it is part of the action. */
  readonly timeoutMs?: Ms;
  /** A hard limit for the step with all its attempts. */
  readonly maxDurationMs?: Ms;
  readonly retry?: RetryPolicy;
  readonly verify?: Verify;
  readonly compensate?: Compensation;
  readonly fallback?: Fallback;
  readonly cache?: { readonly ttlMs: Ms };
  readonly onError?: "continue";
  readonly validates?: boolean;
  /** What whoever started the execution must be allowed to do (`resource:action`); checked before each call of the step. */
  readonly permissions?: readonly string[];
  readonly resources?: Resources;
  /** What it occupies, while it runs, of what servers share: how much, by name. */
  readonly leases?: Readonly<Record<string, number>>;
  readonly estimatedMs?: Ms;
  /** One of these does it: names of machines, `local` for this one, `*` for any. Default: this one. */
  readonly targetMachines?: readonly string[];
  /** When none of those is there, or was lost on the way, one of these does; `*` is any that has the server. */
  readonly otherMachines?: readonly string[];
  readonly type?: "development" | "integration" | "validation" | "deployment";
  readonly enforcement?: "code-review" | "startup-validation" | "unit-tests";
  readonly validation?: "unit-tests" | "integration-tests" | "manual-review";
}

export type StepAction = ToolAction | ApprovalAction | SleepAction | WorkflowAction | ValueAction;

/** One tool with its arguments. */
export interface ToolUse {
  readonly server: string;
  readonly tool: string;
  readonly with: Readonly<Record<string, Template>>;
}

export interface ToolAction extends ToolUse {
  readonly kind: "tool";
}

/** Waits until a person agrees. Refused or timed out, the step fails. */
export interface ApprovalAction {
  readonly kind: "approval";
  readonly message: Template;
  readonly roles: readonly string[];
  readonly timeoutMs?: Ms;
}

/** Waits: for a duration (`"10m"`, or milliseconds as a number), or until a moment (ISO 8601); one of the two. */
export interface SleepAction {
  readonly kind: "sleep";
  readonly duration?: Template;
  readonly until?: Template;
}

/** Runs another workflow as a child execution. */
export interface WorkflowAction {
  readonly kind: "workflow";
  readonly workflow: string;
  readonly with: Readonly<Record<string, Template>>;
}

/** Computes a value without calling anything. */
export interface ValueAction {
  readonly kind: "value";
  readonly value: Template;
  /** The step only says its type: its arguments are its value, unless a handler is configured for the type. */
  readonly phase?: true;
}

export type RetryCause = "connection" | "timeout" | "rate_limit" | "server_error" | "tool_error";

/** What an author says about repeating. Missing fields: 3 attempts, 200 ms doubling, cap 30 s, every cause. */
export interface RetryPolicy {
  /** Including the first, 1 to 100. */
  readonly maxAttempts?: number;
  readonly delayMs?: Ms;
  readonly maxDelayMs?: Ms;
  readonly on?: readonly RetryCause[];
}

/** A probe that tells whether a call in doubt has taken effect; `happened` reads the probe's `output`. */
export interface Verify extends ToolUse {
  readonly happened: Expression;
}

/** The call that undoes a step. Reads `steps`, `inputs`, `output`, and for items `item` and `index`. */
export interface Compensation extends ToolUse {
  readonly retry?: RetryPolicy;
  readonly timeoutMs?: Ms;
}

export type Fallback = { readonly kind: "value"; readonly value: Template } | ({ readonly kind: "tool" } & ToolUse);

/** What a step occupies while it runs. Sizes in bytes. */
export interface Resources {
  readonly gpu?: number;
  readonly gpuMemoryBytes?: number;
  readonly memoryBytes?: number;
  readonly cpu?: number;
  readonly apiCalls?: number;
  readonly concurrentJobs?: number;
}
