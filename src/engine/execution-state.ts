import { present } from "../base/assert.ts";
import { Heap } from "../base/heap.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import { expressionReferences } from "../expression/references.ts";
import type { CallError, CallRef, Degraded, ParentCall, SecretUse } from "../model/call.ts";
import type { Leftover, Outcome } from "../model/execution.ts";
import type { Plan, PlanNode } from "../model/plan.ts";
import { noTrips, type StepTrips, type TripSums } from "./trip-sums.ts";

/**
 * Everything that is known of an execution: the fold of its events, and nothing else.
 *
 * Only `fold` and `takeAgenda` change it. The agenda names the steps about which something has changed, so that
 * deciding what follows an event costs no more than the successors of its step.
 */
export interface ExecutionState {
  readonly executionId: string;
  readonly plan: Plan;
  readonly steps: readonly StepState[];
  readonly indexById: ReadonlyMap<string, number>;
  /** The calls that have begun and whose end still matters, by call id. */
  readonly calls: Map<string, CallState>;
  /** Calls that may act once and whose end only a person can tell. While there is one, nothing begins. */
  readonly doubts: Set<string>;
  readonly agenda: Set<number>;
  readonly timers: Heap<Timer>;
  /** Steps whose `max_duration` is over and that have not ended, because of what is in flight or in doubt. */
  readonly overdue: Set<number>;
  /** What succeeded and may have changed something, in order of completion. */
  readonly done: DoneUnit[];
  seq: number;
  startedAtMs: number;
  /** The same for expressions, in ISO 8601. Made once, because every step asks. */
  startedAt: string;
  deadlineAtMs?: number;
  inputs: JsonObject;
  parent?: ParentCall;
  retryOf?: string;
  /** Empty for executions that were started without any. */
  meta: Meta;
  /** How many levels of steps follow one another, of the main steps and of the finally steps. */
  readonly levels: Readonly<Record<PlanNode["phase"], number>>;
  concurrencyGroup?: string;
  phase: Phase;
  /** A person has paused it. */
  paused: boolean;
  /** The journal says that only a person can move it on. */
  stands: boolean;
  cancel?: { readonly reason: string; readonly by?: string };
  /** The failure that ends the execution, under fail_fast. */
  failure?: { readonly step: number; readonly error: CallError };
  /** Calls between their start and their end. */
  inFlight: number;
  /** Main steps, and in the end finally steps, that have not ended. */
  openMain: number;
  openFinally: number;
  /** What compensation has still to undo; the last one is next. */
  readonly toUndo: DoneUnit[];
  readonly leftovers: Leftover[];
  undone: number;
  /** Given when `finally` begins, or at the end. */
  outcome?: Outcome;
  output: Json;
  error?: CallError;
  endedAtMs?: number;
  callCount: number;
  retryCount: number;
  readonly trips: TripSums;
  /** When undoing began, and how long it took. */
  undoingSinceMs?: number;
  undoingMs: number;
}

/**
 * `stopping`: after a failure or a cancel nothing new begins, and what is in flight is awaited. `compensating` and
 * `finalizing` follow, where there is something to do.
 */
export type Phase = "running" | "stopping" | "compensating" | "finalizing" | "ended";

export interface StepState {
  readonly index: number;
  readonly node: PlanNode;
  status: "pending" | "running" | "completed" | "failed" | "skipped" | "cancelled";
  /** Needs that have not ended. */
  unmet: number;
  output?: Json;
  error?: CallError;
  degraded?: Degraded;
  skippedBecause?: "condition" | "needs" | "stopped" | "reused";
  startedAtMs?: number;
  endedAtMs?: number;
  attempts: number;
  items?: ItemsState;
  wakeAtMs?: number;
  approval?: {
    readonly message: string;
    readonly roles: readonly string[];
    readonly answer?: { readonly approved: boolean; readonly by?: string };
  };
  /** Its `if` asks how other steps ended, so it may run although they failed. */
  readonly usesStatus: boolean;
  /** It goes on although the execution is stopping. */
  kept: boolean;
  /** Ids of the calls of this step that are in `calls`. */
  readonly callIds: Set<string>;
  /** Ids of calls of this step that wait to be begun (again) or looked at. */
  readonly attention: Set<string>;
  compensation?: "running" | "completed" | "failed" | "in_doubt";
  childId?: string;
  /** Absent when none of its calls has been anywhere. */
  trips?: StepTrips;
}

/** A `for_each` step under way. */
export interface ItemsState {
  readonly values: readonly Json[];
  readonly results: (ItemResult | undefined)[];
  /** The first item that has not begun. */
  next: number;
  /** Items that have begun and not ended. */
  open: number;
  completed: number;
  failed: number;
  firstError?: CallError;
}

export type ItemResult = { readonly ok: true; readonly output: Json } | { readonly ok: false; readonly error: CallError };

export interface CallState {
  readonly ref: CallRef;
  readonly step: number;
  status: "running" | "waiting" | "ready" | "in_doubt" | "failed";
  /** Attempts that count. */
  attempt: number;
  interruptions: number;
  input: JsonObject;
  secrets: readonly SecretUse[];
  /** This attempt of a `once` call may have reached the tool. Other calls do not care. */
  sent: boolean;
  /** Where a `once` call was sent last. */
  machine?: string;
  /** An earlier attempt ended without an answer. */
  unknown: boolean;
  retryAtMs?: number;
  error?: CallError;
  childId?: string;
  startedAtMs: number;
  /** What the `verify` probe has answered. */
  probe?: Json;
  /** How many of the ways to replace the call have been tried. */
  replaced: number;
}

export interface DoneUnit {
  readonly step: number;
  readonly item?: number;
  /** Where it was done, if that was another machine. */
  readonly machine?: string;
  /** Not the call itself did it but what stood in for it, which nothing undoes. */
  readonly fallback?: true;
}

export interface Timer {
  readonly atMs: number;
  readonly step: number;
  readonly call?: string;
}

/** An execution of which no event has been folded yet. */
export function newState(plan: Plan, executionId: string): ExecutionState {
  const steps = plan.nodes.map((node, index): StepState => ({
    index,
    node,
    status: "pending",
    unmet: node.needs.length,
    attempts: 0,
    usesStatus: asksForStatus(node.step.if),
    kept: false,
    callIds: new Set(),
    attention: new Set(),
  }));
  return {
    executionId,
    plan,
    steps,
    indexById: new Map(plan.nodes.map((node, index) => [node.step.id, index])),
    calls: new Map(),
    doubts: new Set(),
    agenda: new Set(),
    timers: new Heap((left, right) => left.atMs < right.atMs),
    overdue: new Set(),
    done: [],
    seq: 0,
    startedAtMs: 0,
    startedAt: "",
    inputs: {},
    meta: {},
    levels: { main: levelsOf(plan, "main"), finally: levelsOf(plan, "finally") },
    phase: "running",
    paused: false,
    stands: false,
    inFlight: 0,
    openMain: plan.nodes.filter((node) => node.phase === "main").length,
    openFinally: plan.nodes.filter((node) => node.phase === "finally").length,
    toUndo: [],
    leftovers: [],
    undone: 0,
    output: null,
    callCount: 0,
    retryCount: 0,
    trips: noTrips(),
    undoingMs: 0,
  };
}

function levelsOf(plan: Plan, phase: PlanNode["phase"]): number {
  return plan.nodes.reduce((levels, node) => (node.phase === phase ? Math.max(levels, node.level + 1) : levels), 0);
}

function asksForStatus(condition: string | undefined): boolean {
  if (condition === undefined) return false;
  const references = expressionReferences(condition);
  return references.always || references.statusFunctions.length > 0;
}

/** The state of a step that an event names; the plan of the execution has it. */
export function stepOf(state: ExecutionState, id: string): StepState {
  return present(state.steps[state.indexById.get(id) ?? -1], `execution ${state.executionId} has no step "${id}"`);
}
