import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { jsonExceeds, jsonSize } from "../base/json.ts";
import { printSize } from "../base/size.ts";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import { OUTPUT_BYTES_MAX } from "../model/output-bytes-max.ts";
import type { WireCall } from "../ports/connections.ts";
import type { CallObserver } from "../ports/tool-caller.ts";
import type { ClusterMessage, ClusterPayloads, TaskProgress } from "./cluster-message.ts";

/** A machine that is there says so much sooner that it has an offer. */
const OFFER_HEARD_WITHIN_MS: Ms = 10_000;
/** What an answer may take longer than its tool, both ways. */
const ON_THE_WAY_MS: Ms = 5_000;
/** For a result that the machine has, and that is long. */
const ANSWERING_MS: Ms = 10 * 60_000;
/** So many bytes of arguments may take a millisecond to arrive. */
const BYTES_PER_MS = 1_000;
const ARGUMENTS_BYTES_MAX = 128 * 2 ** 20;
/** For the answer of a task that has been cancelled. */
const CANCELLED_WITHIN_MS: Ms = 2_000;

export interface AssignedCallsParts {
  readonly machineId: string;
  readonly clock: Clock;
  /** False when the machine will never see it. */
  readonly assign: (payload: ClusterPayloads["task_assign"]) => boolean;
}

/** What a machine tells of its tasks. */
export type TaskMessage = ClusterMessage<"task_progress" | "task_complete" | "task_failed">;

interface Assigned {
  readonly call: WireCall;
  readonly observer: CallObserver;
  readonly settle: (outcome: CallOutcome) => void;
  /** From here on it may have begun. */
  started: boolean;
  timer: Disposable;
}

/**
 * The calls that are at one machine, over one connection to it.
 *
 * 1. A machine does not begin before it is told to, and it is told so at most once: whatever ends a call before that has
 *    not begun it, and whatever ends it after that without an answer of the machine leaves it unknown.
 * 2. Each call is settled exactly once. Messages about others are answers that came too late.
 */
export class AssignedCalls {
  readonly #parts: AssignedCallsParts;
  readonly #calls = new Map<string, Assigned>();

  constructor(parts: AssignedCallsParts) {
    this.#parts = parts;
  }

  async call(call: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    const { server, tool } = call;
    const outcome = await this.#outcomeOf(call, observer, signal);
    return outcome.kind === "succeeded" ? outcome : { ...outcome, error: { ...outcome.error, server, tool } };
  }

  async #outcomeOf(call: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    if (signal.aborted) return this.#failed("cancelled", "the call was cancelled before it was sent");
    const { promise, resolve } = Promise.withResolvers<CallOutcome>();
    const taskId = randomUUID();
    const heardWithinMs = OFFER_HEARD_WITHIN_MS + Math.floor(jsonSize(call.arguments, ARGUMENTS_BYTES_MAX) / BYTES_PER_MS);
    const limit = this.#parts.clock.after(heardWithinMs, () => this.#unheard(taskId, heardWithinMs));
    this.#calls.set(taskId, { call, observer, settle: resolve, started: false, timer: limit });
    const cancel = (): void => this.#cancel(taskId);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      this.#offer(taskId, call);
      return await promise;
    } finally {
      signal.removeEventListener("abort", cancel);
      this.#calls.get(taskId)?.timer[Symbol.dispose]();
      this.#calls.delete(taskId);
    }
  }

  heard(message: TaskMessage): void {
    const { taskId } = message.payload;
    const assigned = this.#calls.get(taskId);
    if (assigned === undefined) return this.#takeBack(message);
    if (message.messageType === "task_progress") return this.#progressed(taskId, assigned, message.payload);
    assigned.settle(limited(message.payload.outcome));
  }

  /** Ends all calls: the connection is no more. */
  lost(reason: string): void {
    const { machineId } = this.#parts;
    for (const { started, settle } of this.#calls.values()) {
      const message = `the connection to machine "${machineId}" was lost: ${reason}`;
      settle(started ? unknown("connection", message) : this.#failed("connection", message));
    }
  }

  #offer(taskId: string, { server, tool, arguments: input, meta, timeoutMs }: WireCall): void {
    const { machineId, assign } = this.#parts;
    if (assign({ action: "offer", taskId, serviceName: server, tool, arguments: input, meta, timeoutMs })) return;
    const message = `machine "${machineId}" cannot be sent this: the connection is closed, or the arguments are too large`;
    this.#calls.get(taskId)?.settle(this.#failed("connection", message));
  }

  #progressed(taskId: string, assigned: Assigned, { stage, progress }: TaskProgress): void {
    if (!assigned.started) assigned.timer[Symbol.dispose]();
    if (stage === "waiting") assigned.observer.stage("waiting");
    if (stage === "ready" && !assigned.started) this.#start(taskId, assigned);
    if (stage === "answering") this.#extend(taskId, assigned);
    if (progress !== undefined) assigned.observer.progress(progress);
  }

  #start(taskId: string, assigned: Assigned): void {
    const { clock, assign } = this.#parts;
    const { timeoutMs } = assigned.call;
    assigned.started = true;
    assigned.timer = clock.after(timeoutMs + ON_THE_WAY_MS, () => this.#overdue(taskId, timeoutMs));
    if (assign({ action: "start", taskId })) assigned.observer.stage("sent");
    else assigned.settle(this.#failed("connection", "the connection was closed before the call was sent"));
  }

  #extend(taskId: string, assigned: Assigned): void {
    assigned.timer[Symbol.dispose]();
    assigned.timer = this.#parts.clock.after(ANSWERING_MS, () => this.#overdue(taskId, ANSWERING_MS));
  }

  /** An offer may have been overtaken by the word that takes it back, and then waits there for a word that never comes. */
  #takeBack({ messageType, payload }: TaskMessage): void {
    const { taskId } = payload;
    if (messageType === "task_progress" && payload.stage !== "answering") this.#parts.assign({ action: "cancel", taskId });
  }

  #unheard(taskId: string, withinMs: Ms): void {
    this.#parts.assign({ action: "cancel", taskId });
    const message = `machine "${this.#parts.machineId}" has not said within ${withinMs / 1_000} s that it has the task`;
    this.#calls.get(taskId)?.settle(this.#failed("connection", message));
  }

  #overdue(taskId: string, timeoutMs: Ms): void {
    this.#parts.assign({ action: "cancel", taskId });
    this.#calls.get(taskId)?.settle(unknown("timeout", `no answer within ${timeoutMs} ms`));
  }

  #cancel(taskId: string): void {
    const assigned = this.#calls.get(taskId);
    if (assigned === undefined) return;
    this.#parts.assign({ action: "cancel", taskId });
    if (!assigned.started) return assigned.settle(this.#failed("cancelled", "the call was cancelled before it was sent"));
    assigned.timer[Symbol.dispose]();
    const message = "the call was cancelled, and the machine has not said what has become of it";
    assigned.timer = this.#parts.clock.after(CANCELLED_WITHIN_MS, () => assigned.settle(unknown("cancelled", message)));
  }

  #failed(kind: CallErrorKind, message: string): CallOutcome {
    return { kind: "failed", accepted: false, error: { kind, message } };
  }
}

/** What a machine gives may be no larger than what a server gives, whatever it holds itself to. */
function limited(outcome: CallOutcome): CallOutcome {
  if (outcome.kind !== "succeeded" || !jsonExceeds(outcome.output, OUTPUT_BYTES_MAX)) return outcome;
  const message = `the output has more than ${printSize(OUTPUT_BYTES_MAX)}, which is the most that one call may give`;
  return { kind: "failed", accepted: true, error: { kind: "output_invalid", message } };
}

function unknown(kind: CallErrorKind, message: string): CallOutcome {
  return { kind: "unknown", error: { kind, message } };
}
