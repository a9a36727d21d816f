import type { Ms } from "../base/duration.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { Meta, StepContext } from "../envelope/meta.ts";
import type { Effect, Resources } from "./workflow.ts";

/** What a call is for. A step's own call has no role; `stale` asks only for an answer of earlier times. */
export type CallRole = "verify" | "compensate" | "fallback" | "stale";

/** Names one call within an execution; all its attempts share it. */
export interface CallRef {
  readonly step: string;
  /** The place of the item, for calls of a `for_each` step. */
  readonly item?: number;
  readonly role?: CallRole;
}

/** `charge`, `labels[3]`, `charge/verify`, `labels[3]/compensate`: for people, keys and logs. */
export function callId(ref: CallRef): string {
  const base = ref.item === undefined ? ref.step : `${ref.step}[${ref.item}]`;
  return ref.role === undefined ? base : `${base}/${ref.role}`;
}

/** The step's own call, or that of one item, that another call verifies, undoes or stands in for. */
export function withoutRole(ref: CallRef): CallRef {
  return ref.item === undefined ? { step: ref.step } : { step: ref.step, item: ref.item };
}

/** Which call of which execution a child execution answers. */
export interface ParentCall {
  readonly executionId: string;
  readonly call: CallRef;
}

/** Where the value of a degraded step came from; `partial`: from its tool, which said that it is not all. */
export type Degraded = "fallback" | "cache" | "stale_cache" | "default" | "partial";

/** A string of the arguments that contains secrets. The journal has this in place of the value. */
export interface SecretUse {
  /** Where in the arguments. */
  readonly path: readonly (string | number)[];
  /** The parts to be joined; a secret by name. */
  readonly parts: readonly (string | { readonly secret: string })[];
}

/** On which machines a call may be done, by their names; `local` is this one. */
export interface MachineChoice {
  /** It goes to one of these. */
  readonly targets: readonly string[];
  /** If none of those is there, or could do it, it goes to one of these; `*` is any that has the server. */
  readonly others: readonly string[];
}

/** One attempt to use a tool. */
export interface CallRequest {
  /** Of a call outside any execution: the id of the request that it belongs to. */
  readonly executionId: string;
  /** Absent outside any execution. */
  readonly workflowId?: string;
  readonly call: CallRef;
  /** From 1. */
  readonly attempt: number;
  /** As many attempts as there may be, as far as that is known. */
  readonly attemptsMax?: number;
  readonly server: string;
  /**
   * Of several, the replica that has to answer, by its name, unless it is not there: what it was asked before may be
   * waiting at it, and nobody else knows.
   */
  readonly replica?: string;
  /** On which machines it may be done. Default: on this one; where this one does not have the server, on any that has it. */
  readonly machines?: MachineChoice;
  /** How it is ordered among the calls of other executions that wait: 1 to 10, the greatest first. Default 5. */
  readonly priority?: number;
  readonly tool: string;
  readonly input: JsonObject;
  readonly secrets: readonly SecretUse[];
  readonly effect: Effect;
  /** For each replica that is tried; begins when the call is sent, not while it waits for its turn. */
  readonly timeoutMs: Ms;
  /** For everything, also for waiting: what the step's `max_duration` and the execution leave. Default: no limit. */
  readonly leftMs?: Ms;
  /** How long the rest of the execution takes from the start of this step: of its calls that wait, the longest goes first. */
  readonly remainingMs?: Ms;
  /** What it occupies at its server while it is there. */
  readonly resources?: Resources;
  /** What it occupies of what servers share, by name. */
  readonly leases?: Readonly<Record<string, number>>;
  /** The same for all attempts of a call. */
  readonly idempotencyKey: string;
  /** Answers younger than this may be reused, and this one is kept for others. */
  readonly cacheTtlMs?: Ms;
  /** Do not call: give a kept answer of any age, or fail. */
  readonly staleOnly?: boolean;
  /** What the execution was started with: tenant, identity, trace. */
  readonly meta: Meta;
  /** Which step of how many this call belongs to. */
  readonly stepContext?: StepContext;
  /** What the caller must be allowed to do, as the step says. What the server's configuration says is added to it. */
  readonly permissions: readonly string[];
  /** The tool that undoes this call if need be: whoever may not use that may not make the call. */
  readonly undoneBy?: { readonly server: string; readonly tool: string };
  /** It undoes a call of the same execution that was allowed. */
  readonly undoesAllowed?: boolean;
}

export type CallErrorKind =
  /** The connection was refused, lost or cut; also a server that died. */
  | "connection"
  | "timeout"
  | "rate_limit"
  /** HTTP 5xx, a JSON-RPC internal error, a broken protocol. */
  | "server_error"
  /** The tool said no: `isError`, or a JSON-RPC error about the request. */
  | "tool_error"
  | "circuit_open"
  /** The answer breaks the tool's own output schema, or Tutti's size limit. */
  | "output_invalid"
  /** The arguments could not be made or do not fit. */
  | "input_invalid"
  /** The server has no such tool, or there is no such server. */
  | "not_found"
  /** The caller may not make this call; it was not sent. */
  | "denied"
  | "expression"
  | "approval"
  | "child"
  | "cancelled"
  | "interrupted";

/** Why a call or a step did not succeed, with the words of whoever refused. */
export interface CallError {
  readonly kind: CallErrorKind;
  readonly message: string;
  readonly server?: string;
  readonly tool?: string;
  /** Of several, the one that failed; on another machine `@` and its name. */
  readonly replica?: string;
  readonly attempt?: number;
  /** What the server said, unchanged: JSON-RPC code and data, content of an `isError` result, HTTP status. */
  readonly detail?: Json;
  /** Why what should have stood in for it failed as well. */
  readonly fallback?: CallError;
}

/** What a server that knows envelopes says beside its output. */
export interface ServerAnswer {
  /** Only what an answer is about. Who asked and for whom is known here, and nothing that a server says changes it. */
  readonly meta: Meta;
  /** Facts about the output, such as a number of rows. */
  readonly metadata?: JsonObject;
  /** What could not be done: the output is then a part of what was asked. */
  readonly error?: EnvelopeError;
}

/** Where one attempt has been, and where its time went. Durations in milliseconds. */
export interface CallTrip {
  /** Who answered, or failed last; only of servers with several replicas. */
  readonly replica?: string;
  /** Where that was, if it was elsewhere or a machine was asked for; `local` is this one. */
  readonly machine?: string;
  /** Replicas that were tried before, and why it went on to another. */
  readonly failovers?: readonly Failover[];
  /** A second replica was asked as well, because the first was slow. */
  readonly hedged?: true;
  /** It waited: for the rate limit, the retry budget, a place, resources. */
  readonly queuedMs: number;
  /** With servers: from handing it to a connection to its answer, of all replicas that were tried. */
  readonly serverMs: number;
  /** Everything else that happened between the engine and the connection. */
  readonly overheadMs: number;
  /** How long it held the resources that its step occupies; absent when it occupies none. */
  readonly reservedMs?: number;
}

/** A replica that could not do what it was asked. */
export interface Failover {
  readonly replica: string;
  readonly kind: CallErrorKind;
  readonly message: string;
}

/** The end of one attempt. */
export type CallOutcome = CallEnd & {
  /** Absent where no call was made: of children, and of what ended before it began. */
  readonly trip?: CallTrip;
};

type CallEnd =
  | {
      readonly kind: "succeeded";
      readonly output: Json;
      readonly source?: "cache" | "stale_cache";
      /** Only of servers that know envelopes. */
      readonly answer?: ServerAnswer;
      /** Only of child executions: why the output is not all that was asked for. */
      readonly missing?: CallError;
    }
  | {
      readonly kind: "failed";
      readonly error: CallError;
      /** False when the call is known not to have reached the tool: sending again is safe for every effect. */
      readonly accepted: boolean;
      /** What the server asked for (Retry-After). */
      readonly retryAfterMs?: Ms;
    }
  /** It was sent and its end is not known. */
  | { readonly kind: "unknown"; readonly error: CallError };
