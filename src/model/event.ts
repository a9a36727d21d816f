import type { Json, JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import type { CallError, CallRef, CallTrip, Degraded, ParentCall, SecretUse } from "./call.ts";
import type { Leftover, Outcome } from "./execution.ts";

/**
 * One line of the journal of an execution. `seq` counts from 1 without a gap; `atMs` is wall-clock time, for people
 * and for delays that survive a restart.
 */
export type ExecutionEvent = EventBody & { readonly seq: number; readonly atMs: number };

/** A step whose result an execution takes over from the one that it repeats. */
export interface ReusedStep {
  readonly step: string;
  readonly output: Json;
  readonly skipped?: boolean;
  /** As it was: a part does not become the whole by being taken over. */
  readonly degraded?: Degraded;
  readonly error?: CallError;
  /** It changed nothing that could be undone: it only read, or something stood in for it. */
  readonly nothingDone?: true;
  /** Where it was done, if that was another machine: it is undone there. */
  readonly machine?: string;
  /** Of a list: its items, how many of them failed, and those that may have to be undone, in order of completion. */
  readonly items?: {
    readonly values: readonly Json[];
    readonly failed: number;
    readonly done: readonly number[];
    /** Where each of them was done, by its place, as far as that was on other machines. */
    readonly machines?: Readonly<Record<string, string>>;
  };
}

/** What happened, by type. Past tense: an event is a fact and is never taken back. */
export type EventBody =
  | {
      readonly type: "execution-started";
      readonly workflowId: string;
      /** SHA-256 of the canonical JSON of the plan; the journal keeps the plan under it. */
      readonly planHash: string;
      readonly inputs: JsonObject;
      readonly parent?: ParentCall;
      readonly retryOf?: string;
      readonly reused?: readonly ReusedStep[];
      /** The evaluated group of `concurrency`. */
      readonly concurrencyGroup?: string;
      /** A time limit in place of the workflow's own. */
      readonly timeoutMs?: number;
      /** For whom it runs, and what it belongs to. */
      readonly meta?: Meta;
    }
  /** `for_each`, sleep and approval steps begin with this; steps with one call begin with `call-started`. */
  | {
      readonly type: "step-started";
      readonly step: string;
      readonly items?: readonly Json[];
      readonly wakeAtMs?: number;
      readonly approval?: { readonly message: string; readonly roles: readonly string[] };
    }
  | {
      readonly type: "call-started";
      readonly call: CallRef;
      readonly attempt: number;
      readonly server?: string;
      readonly tool?: string;
      /** The execution that does the work, for a child workflow. */
      readonly childId?: string;
      /** On the first attempt only: every attempt sends the same. */
      readonly input?: JsonObject;
      readonly secrets?: readonly SecretUse[];
    }
  /** Only of `once` calls, and durable before the call is sent: without it, the call cannot have taken effect. */
  | { readonly type: "call-sent"; readonly call: CallRef; readonly machine?: string }
  /** With `error` the output is a part of what was asked for. */
  | {
      readonly type: "call-succeeded";
      readonly call: CallRef;
      readonly output: Json;
      readonly degraded?: Degraded;
      readonly error?: CallError;
      readonly trip?: CallTrip;
    }
  /** Without `retryAtMs` it was the last attempt. `unanswered`: it was sent, and its end is not known. */
  | {
      readonly type: "call-failed";
      readonly call: CallRef;
      readonly error: CallError;
      readonly retryAtMs?: number;
      readonly unanswered?: boolean;
      readonly trip?: CallTrip;
    }
  /** The attempt ended without an answer, and repeating it is safe. It does not count, but ten of them are too many. */
  | { readonly type: "call-interrupted"; readonly call: CallRef; readonly error: CallError }
  | {
      readonly type: "call-in-doubt";
      readonly call: CallRef;
      readonly error: CallError;
      readonly interrupted?: boolean;
      readonly trip?: CallTrip;
    }
  | {
      readonly type: "call-resolved";
      readonly call: CallRef;
      readonly verdict: "happened" | "not_happened" | "failed";
      readonly by: "verify" | "person";
      readonly output?: Json;
    }
  | {
      readonly type: "approval-answered";
      readonly step: string;
      readonly approved: boolean;
      readonly by?: string;
      readonly comment?: string;
    }
  /** Its `max_duration` is over: nothing of it begins any more, and what is in flight is given up. */
  | { readonly type: "step-overdue"; readonly step: string }
  /** Without `output` it is that of the items, in order. */
  | { readonly type: "step-completed"; readonly step: string; readonly output?: Json; readonly degraded?: Degraded }
  | { readonly type: "step-failed"; readonly step: string; readonly error: CallError }
  /** `condition` and `needs`: it did not have to run. `stopped`: it was not begun because the execution was ending. */
  | { readonly type: "step-skipped"; readonly step: string; readonly reason: "condition" | "needs" | "stopped" }
  | { readonly type: "execution-paused"; readonly by?: string }
  | { readonly type: "execution-resumed"; readonly by?: string }
  /** From here on only a person can move it on; `execution-moved` ends that. Lists show it as paused. */
  | { readonly type: "execution-stood" }
  | { readonly type: "execution-moved" }
  | { readonly type: "cancel-requested"; readonly reason: "person" | "deadline" | "concurrency" | "parent"; readonly by?: string }
  | { readonly type: "compensation-started" }
  | { readonly type: "finally-started"; readonly outcome: Outcome }
  | {
      readonly type: "execution-ended";
      readonly outcome: Outcome;
      readonly output: Json;
      readonly error?: CallError;
      readonly leftovers: readonly Leftover[];
    };
