import { hash } from "node:crypto";
import { abortable } from "../base/abortable.ts";
import type { Clock } from "../base/clock.ts";
import { canonicalJson } from "../base/json.ts";
import { TaskGroup } from "../base/task-group.ts";
import { IDEMPOTENCY_KEY } from "../envelope/meta-keys.ts";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import type { CallGate } from "../ports/tool-caller.ts";
import type { ClusterPayloads, OfferedTask } from "./cluster-message.ts";
import { type OutcomeMemory, outcomeMemory } from "./outcome-memory.ts";
import { taskGate } from "./task-gate.ts";

/** Carries out a task on this machine. Whatever goes wrong is an outcome; `gate.sending` is awaited before it begins. */
export type CarryOut = (task: OfferedTask, gate: CallGate, signal: AbortSignal) => Promise<CallOutcome>;

/** Where what becomes of a task is told. Nobody may be there any more. */
export interface TaskReplies {
  progress(payload: ClusterPayloads["task_progress"]): void;
  ended(taskId: string, outcome: CallOutcome): void;
}

export interface MachineTasksParts {
  readonly clock: Clock;
  readonly carryOut: CarryOut;
  /** Why this machine has no such tool; undefined when it has. */
  readonly objection: (task: OfferedTask) => string | undefined;
  /** There are more tasks than before, or fewer. */
  readonly changed: () => void;
}

/** More wait at the hub. */
const TASKS_MAX = 2_000;

interface Task {
  readonly offer: OfferedTask;
  readonly replies: TaskReplies;
  readonly controller: AbortController;
  /** Resolves when the hub says that it may begin. */
  readonly allowed: PromiseWithResolvers<void>;
  begun: boolean;
}

/** A call that has begun or is about to, for all tasks that have asked for it. */
interface Run {
  readonly controller: AbortController;
  readonly ended: PromiseWithResolvers<CallOutcome>;
  wanted: number;
}

/**
 * The tasks of this machine.
 *
 * 1. Nothing begins before the hub that has offered it says that it may, over the same connection.
 * 2. What has begun goes on without its connection. The same call asked for anew, by its idempotency key, gets the end of
 *    the one that runs or has run well, and is not made a second time.
 */
export class MachineTasks implements AsyncDisposable {
  readonly #parts: MachineTasksParts;
  readonly #tasks = new Map<string, Task>();
  readonly #runs = new Map<string, Run>();
  readonly #memory: OutcomeMemory;
  readonly #group = new TaskGroup();
  #closing = false;

  constructor(parts: MachineTasksParts) {
    this.#parts = parts;
    this.#memory = outcomeMemory(parts.clock);
  }

  /** How many are here, also those that have not begun. */
  get size(): number {
    return this.#tasks.size;
  }

  offer(offer: OfferedTask, replies: TaskReplies): void {
    const { taskId } = offer;
    // The hub has numbered it; a second one of the same number can only be the same.
    if (this.#tasks.has(taskId)) return;
    const refusal = this.#refusal(offer);
    if (refusal !== undefined) return replies.ended(taskId, refusal);
    const task = { offer, replies, controller: new AbortController(), allowed: Promise.withResolvers<void>(), begun: false };
    // Nobody may be waiting for it when it is taken back.
    task.allowed.promise.catch(() => undefined);
    this.#tasks.set(taskId, task);
    this.#parts.changed();
    this.#group.run(async () => {
      const outcome = await this.#outcomeOf(task);
      this.#tasks.delete(taskId);
      replies.ended(taskId, outcome);
      this.#parts.changed();
    });
  }

  start(taskId: string): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    task.begun = true;
    task.allowed.resolve();
  }

  cancel(taskId: string): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    const reason = new Error("the hub has taken it back");
    task.allowed.reject(reason);
    task.controller.abort(reason);
  }

  /** Nobody can say any more that what has not begun may begin. */
  connectionLost(): void {
    for (const [taskId, { begun }] of this.#tasks) if (!begun) this.cancel(taskId);
  }

  /** Takes no more, and resolves when none is left. */
  async drain(): Promise<void> {
    this.#closing = true;
    await this.#group.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    for (const taskId of this.#tasks.keys()) this.cancel(taskId);
    await this.#group[Symbol.asyncDispose]();
  }

  #refusal(offer: OfferedTask): CallOutcome | undefined {
    if (this.#closing) return notBegun("connection", "the machine takes no more tasks: it is being closed");
    if (this.#tasks.size >= TASKS_MAX) return notBegun("rate_limit", `the machine already has ${TASKS_MAX} tasks`);
    const objection = this.#parts.objection(offer);
    return objection === undefined ? undefined : notBegun("not_found", objection);
  }

  async #outcomeOf(task: Task): Promise<CallOutcome> {
    const key = keyOf(task.offer);
    const remembered = key === undefined ? undefined : this.#memory.recall(key);
    const run = key === undefined ? undefined : this.#runs.get(key);
    try {
      if (run !== undefined && !run.controller.signal.aborted) return await this.#join(task, run);
      if (remembered === undefined) return await this.#make(task, key);
      await this.#untilAllowed(task);
      return remembered;
    } catch (error) {
      // Only that it may not begin any more is thrown.
      if (task.begun || !task.controller.signal.aborted) throw error;
      return notBegun("cancelled", "the task was taken back before it had begun");
    }
  }

  async #make(task: Task, key: string | undefined): Promise<CallOutcome> {
    const { carryOut, clock } = this.#parts;
    const run: Run = { controller: new AbortController(), ended: Promise.withResolvers(), wanted: 1 };
    const begin = async (): Promise<void> => {
      await this.#untilAllowed(task);
      if (key === undefined) return;
      const other = this.#runs.get(key) ?? run;
      // One that was stopped may take its time to end, and says nothing to anybody any more.
      if (other !== run && !other.controller.signal.aborted) throw new Error("the same call is already under way");
      this.#runs.set(key, run);
    };
    using _wish = wishFor(run, task);
    using gate = taskGate({ taskId: task.offer.taskId, tell: (payload) => task.replies.progress(payload), begin, clock });
    const outcome = await carryOut(task.offer, gate, run.controller.signal);
    if (key !== undefined && this.#runs.get(key) === run) {
      this.#runs.delete(key);
      if (outcome.kind === "succeeded") this.#memory.keep(key, outcome);
    }
    run.ended.resolve(outcome);
    return outcome;
  }

  async #join(task: Task, run: Run): Promise<CallOutcome> {
    run.wanted += 1;
    using _wish = wishFor(run, task);
    await this.#untilAllowed(task);
    try {
      return await abortable(run.ended.promise, task.controller.signal);
    } catch {
      return { kind: "unknown", error: { kind: "cancelled", message: "the task was taken back while the same call was under way" } };
    }
  }

  async #untilAllowed({ offer, replies, allowed, begun }: Task): Promise<void> {
    if (!begun) replies.progress({ taskId: offer.taskId, stage: "ready" });
    await allowed.promise;
  }
}

/** Stops a run when the last task that wants it is taken back. */
function wishFor(run: Run, { controller: { signal } }: Task): Disposable {
  const leave = (): void => {
    run.wanted -= 1;
    if (run.wanted === 0) run.controller.abort(signal.reason);
  };
  signal.addEventListener("abort", leave, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", leave) };
}

/** The same for attempts of the same call, undefined where nothing says which call it is. */
function keyOf({ serviceName, tool, arguments: input, meta }: OfferedTask): string | undefined {
  const key = meta[IDEMPOTENCY_KEY];
  return typeof key === "string" ? hash("sha256", canonicalJson([key, serviceName, tool, input])) : undefined;
}

function notBegun(kind: CallErrorKind, message: string): CallOutcome {
  return { kind: "failed", accepted: false, error: { kind, message } };
}
