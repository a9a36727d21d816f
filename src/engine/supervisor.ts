import { defined } from "../base/defined.ts";
import { TaskGroup } from "../base/task-group.ts";
import { TransientMap } from "../base/transient-map.ts";
import { TuttiError } from "../model/errors.ts";
import type { EventBody, ExecutionEvent } from "../model/event.ts";
import type { ExecutionReport } from "../model/execution.ts";
import { startChild } from "./child-execution.ts";
import { ConcurrencyGroups } from "./concurrency-groups.ts";
import type { Effect } from "./decision.ts";
import { ExecutionLoop, type LoopHost, type LoopPorts } from "./execution-loop.ts";
import { type ExecutionState, newState } from "./execution-state.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import { fold } from "./fold.ts";
import { KeyedLock } from "./keyed-lock.ts";
import { loadExecution } from "./load-execution.ts";
import { eventsOfSignal, type ExecutionSignal } from "./person-signal.ts";
import { planHash } from "./plan-hash.ts";
import type { Plan } from "../model/plan.ts";
import { planServers } from "./plan-servers.ts";
import { reportExecution } from "./report.ts";
import { needsPerson } from "./standstill.ts";
import type { StartRequest } from "./start-request.ts";

/** How long `once` calls in flight are awaited when Tutti closes. */
const DRAIN_MS = 5_000;

/** What driving executions needs. */
export interface SupervisorPorts extends LoopPorts {
  /** Is told why an execution stands still that should go on; whoever waits for it is told as well. */
  readonly onFault?: (executionId: string, error: unknown) => void;
}

/**
 * Owns the loops of all executions that this process drives.
 *
 * Disposing stops driving and closes what is in flight; every execution can be resumed by the next process.
 */
export class Supervisor implements AsyncDisposable, LoopHost {
  readonly #ports: SupervisorPorts;
  readonly #drives = new TransientMap<string, Drive>();
  readonly #tasks = new TaskGroup();
  readonly #groups = new ConcurrencyGroups();
  readonly #locks = new KeyedLock();
  #closing = false;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
  }

  /** Starts an execution, or finds the one that the same request key has started. Durable when it resolves. */
  async start(request: StartRequest): Promise<{ readonly executionId: string; readonly created: boolean }> {
    const executionId = request.executionId ?? this.#ports.ids.next();
    if (request.parent === undefined) this.#checkServers(request.plan, executionId, `workflow "${request.plan.workflow.id}"`);
    const group = groupOf(request);
    const event: ExecutionEvent & { type: "execution-started" } = {
      type: "execution-started",
      seq: 1,
      atMs: this.#ports.clock.nowMs(),
      workflowId: request.plan.workflow.id,
      planHash: planHash(request.plan),
      inputs: request.inputs,
      ...defined({ parent: request.parent, timeoutMs: request.timeoutMs, concurrencyGroup: group, meta: request.meta }),
      ...(request.retryOf === undefined ? {} : { retryOf: request.retryOf.executionId, reused: request.retryOf.reused }),
    };
    const key = defined({ requestKey: request.requestKey });
    const start = await this.#ports.journal.create({ executionId, ...key, plan: request.plan, event });
    if (!start.created) {
      await this.resume(start.executionId);
      return start;
    }
    const state = newState(request.plan, executionId);
    fold(state, event);
    this.#ports.news.publish({ type: "event", executionId, event });
    this.#drive(state);
    return start;
  }

  /**
   * Drives an unfinished execution that this process does not drive yet; its children follow. Else nothing happens.
   *
   * @throws TuttiError `execution.not-found`; `server.not-found` when this process cannot reach a server of its plan,
   * because going on would fail the execution for a reason that is not its own
   */
  async resume(executionId: string): Promise<void> {
    await this.#locks.run(executionId, async () => {
      if (this.#drives.has(executionId)) return;
      const state = await loadExecution(this.#ports.journal, executionId);
      if (state.phase === "ended") return;
      if (state.parent === undefined) this.#checkServers(state.plan, executionId, `execution ${executionId}`);
      this.#drive(state);
    });
  }

  /** Not asked for children: they run where their root does, and its plan names the servers of all. */
  #checkServers(plan: Plan, executionId: string, what: string): void {
    const missing = [...planServers(plan)].filter((server) => !this.#ports.caller.serves(server, executionId));
    const [server] = missing;
    if (server === undefined) return;
    const names = missing.map((name) => `"${name}"`).join(", ");
    const message = `${what} uses ${names}, which the configuration does not have; give the configuration that it was started with`;
    throw new TuttiError("server.not-found", message, { server });
  }

  driven(executionId: string): boolean {
    return this.#drives.has(executionId);
  }

  /** Whether it is driven, and waits for its turn in a concurrency group. */
  waits(executionId: string): boolean {
    return this.#drives.get(executionId)?.running === false;
  }

  /** Resolves when the execution has ended, or when only a person can move it on. Rejects when the signal aborts. */
  async settled(executionId: string, signal: AbortSignal): Promise<ExecutionReport> {
    const drive = this.#drives.get(executionId);
    if (drive === undefined) return await this.report(executionId);
    await drive.until(() => drive.ended || drive.loop.standing, signal);
    return this.#reportOf(drive);
  }

  /** Resolves with the report when the execution has ended, and with undefined when Tutti closes before that. */
  async ended(executionId: string, signal: AbortSignal): Promise<ExecutionReport | undefined> {
    const drive = this.#drives.get(executionId);
    if (drive !== undefined) {
      try {
        await drive.until(() => drive.ended, signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    }
    const report = await this.report(executionId);
    return report.outcome === undefined ? undefined : report;
  }

  /**
   * Records what a person wants; durable when it resolves. An execution that nobody drives only records it.
   *
   * @throws TuttiError `execution.not-found`, `step.not-found`, `execution.wrong-state`
   */
  async signal(executionId: string, signal: ExecutionSignal): Promise<void> {
    await this.#locks.run(executionId, async () => {
      const drive = this.#drives.get(executionId);
      if (drive !== undefined && drive.running) return await drive.loop.signal(signal);
      const state = drive?.loop.state ?? (await loadExecution(this.#ports.journal, executionId));
      await this.#recordFor(state, eventsOfSignal(state, signal));
      await this.#moveOn(state);
      // What is cancelled need not wait for its turn to end.
      if (state.cancel !== undefined) drive?.turn.resolve();
    });
  }

  /** @throws TuttiError `execution.not-found` */
  async report(executionId: string): Promise<ExecutionReport> {
    const drive = this.#drives.get(executionId);
    if (drive !== undefined) {
      const report = this.#reportOf(drive);
      await drive.loop.durable; // J1
      return report;
    }
    return reportExecution(await loadExecution(this.#ports.journal, executionId), this.#ports.clock.nowMs());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    for (const drive of this.#drives.values()) {
      drive.loop.close(DRAIN_MS);
      drive.turn.resolve();
    }
    await this.#tasks[Symbol.asyncDispose]();
  }

  startChild(loop: ExecutionLoop, child: Effect & { type: "child" }): void {
    this.#tasks.run((signal) => startChild(this, this.#ports.journal, { loop, child }, signal));
  }

  cancelChild(childId: string): void {
    this.#cancel(childId, "parent");
  }

  childStands(childId: string): boolean {
    return this.#drives.get(childId)?.loop.standing ?? false;
  }

  changed(loop: ExecutionLoop): void {
    const parent = loop.state.parent?.executionId;
    if (parent !== undefined) this.#drives.get(parent)?.loop.wake();
    if (loop.standing || loop.state.phase === "ended") this.#drives.get(loop.state.executionId)?.announce();
  }

  #drive(state: ExecutionState): void {
    if (this.#closing) return;
    const drive = new Drive(new ExecutionLoop(state, this.#ports, this));
    this.#drives.set(state.executionId, drive);
    this.#tasks.run(async () => {
      try {
        await this.#turnOf(drive);
        if (this.#closing) return;
        drive.running = true;
        await drive.loop.run();
      } catch (error) {
        this.#ports.onFault?.(state.executionId, error);
        if (!drive.fail(error)) throw error;
      } finally {
        drive.announce();
        this.#drives.delete(state.executionId);
        const group = groupIn(state);
        if (group !== undefined) this.#groups.leave(group, state.executionId);
      }
    });
  }

  /** Waits until the concurrency group has room, as the workflow wants it. */
  async #turnOf(drive: Drive): Promise<void> {
    const { state } = drive.loop;
    const { concurrency } = state.plan.workflow;
    const group = groupIn(state);
    if (group === undefined || concurrency === undefined) return;
    const begun = state.seq > 1;
    if (!begun && !this.#groups.hasRoom(group, concurrency.limit)) {
      // Recorded before the loop begins, so that it has nothing left to start.
      if (concurrency.onConflict === "skip")
        return await this.#recordFor(state, eventsOfSignal(state, { type: "cancel", reason: "concurrency" }));
      const others = concurrency.onConflict === "cancel" ? this.#groups.members(group) : [];
      for (const other of others) this.#cancel(other, "concurrency");
    }
    this.#groups.enter(group, concurrency.limit, state.executionId, () => drive.turn.resolve());
    await drive.turn.promise;
  }

  #cancel(executionId: string, reason: "parent" | "concurrency"): void {
    this.#tasks.run(async () => {
      try {
        await this.signal(executionId, { type: "cancel", reason });
      } catch (error) {
        // What has ended, or was never begun, needs no cancelling.
        if (!(error instanceof TuttiError)) throw error;
      }
    });
  }

  /** Records that an execution which nobody drives can go on by itself again, and with it those that wait for it. */
  async #moveOn(state: ExecutionState): Promise<void> {
    if (!state.stands || needsPerson(state, (childId) => this.childStands(childId))) return;
    await this.#recordFor(state, [{ type: "execution-moved" }]);
    const parentId = state.parent?.executionId;
    if (parentId === undefined || this.#drives.has(parentId)) return;
    await this.#locks.run(parentId, async () => await this.#moveOn(await loadExecution(this.#ports.journal, parentId)));
  }

  async #recordFor(state: ExecutionState, bodies: readonly EventBody[]): Promise<void> {
    const events: ExecutionEvent[] = [];
    for (const body of bodies) {
      const event: ExecutionEvent = { ...body, seq: state.seq + 1, atMs: this.#ports.clock.nowMs() };
      fold(state, event);
      events.push(event);
    }
    if (events.length === 0) return;
    await this.#ports.journal.append(state.executionId, events);
    for (const event of events) this.#ports.news.publish({ type: "event", executionId: state.executionId, event });
  }

  #reportOf(drive: Drive): ExecutionReport {
    const report = reportExecution(drive.loop.state, this.#ports.clock.nowMs(), (childId) => this.childStands(childId));
    return drive.running ? report : { ...report, status: report.outcome === undefined ? "active" : report.status };
  }
}

/** One execution that this process drives, and those who wait for it. */
class Drive {
  readonly loop: ExecutionLoop;
  /** False while it waits for its turn in a concurrency group. */
  running = false;
  /** Resolved when it may run. */
  readonly turn: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #ended = false;
  #error: { readonly error: unknown } | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(loop: ExecutionLoop) {
    this.loop = loop;
  }

  /** Whether it has ended, and that is durable: its state knows earlier (J1). */
  get ended(): boolean {
    return this.#ended;
  }

  /** Lets those who wait look again; called when what they can see is durable. */
  announce(): void {
    this.#ended = this.loop.state.phase === "ended";
    for (const listener of this.#listeners) listener();
  }

  /** Keeps the error for those who wait, now or later; false when nobody does. */
  fail(error: unknown): boolean {
    this.#error = { error };
    return this.#listeners.size > 0;
  }

  /** Resolves when the condition holds; rejects when the loop has failed or the signal aborts. */
  until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = (): void => reject(signal.reason as Error);
    const look = (): void => {
      if (this.#error !== undefined) reject(this.#error.error);
      else if (condition()) resolve();
    };
    this.#listeners.add(look);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    look();
    return promise.finally(() => {
      this.#listeners.delete(look);
      signal.removeEventListener("abort", stop);
    });
  }
}

function groupOf(request: StartRequest): string | undefined {
  const { concurrency } = request.plan.workflow;
  if (concurrency === undefined) return undefined;
  const group = evaluateTemplate(concurrency.group, { inputs: request.inputs, step: () => undefined });
  if (!group.ok) throw new TuttiError("input.invalid", `concurrency.group: ${group.message}`, { problems: [group.message] });
  const { value } = group.value;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Each tenant has groups of its own: none shall hold up or cancel what others do. */
function groupIn({ concurrencyGroup, meta }: ExecutionState): string | undefined {
  // No name of a tenant has a slash, so that a group without one cannot be called like one of a tenant's either.
  return concurrencyGroup === undefined ? undefined : `${meta.tenant ?? ""}/${concurrencyGroup}`;
}
