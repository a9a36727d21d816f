import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { IdSource } from "../base/ids.ts";
import { callId, type CallOutcome, type CallRef, type CallRequest } from "../model/call.ts";
import { TuttiError } from "../model/errors.ts";
import type { EventBody, ExecutionEvent } from "../model/event.ts";
import type { Journal } from "../ports/journal.ts";
import type { NewsSink } from "../ports/news.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { abandonedCalls } from "./abandoned.ts";
import { afterAttempt, afterInterruption } from "./after-attempt.ts";
import { takeAgenda } from "./agenda.ts";
import { findChild } from "./begin-child.ts";
import { CallsInFlight } from "./calls-in-flight.ts";
import { decide, isHeld } from "./decide.ts";
import { type Effect, mostUrgentFirst } from "./decision.ts";
import type { ExecutionState } from "./execution-state.ts";
import { fold } from "./fold.ts";
import { type ExecutionSignal, eventsOfSignal } from "./person-signal.ts";
import { needsPerson, nextTimerMs } from "./standstill.ts";
import { isCutOff } from "./time-limit.ts";
import { withWholeTrip } from "./trip-sums.ts";

/*
 * The loop of one execution: journal -> state -> decisions -> events -> journal -> world.
 *
 * J1  Truth before news: nobody is told of an event that is not durable.
 * J2  Intent before effect: that a `once` call is about to be sent is durable before it is. Calls that are harmless
 *     to repeat need not wait for it, which saves a disk flush; nor does a call that waits for its turn.
 * J3  A finished step is never run again.
 * J4  A `once` call is never sent twice unless the first is known not to have taken effect.
 * J5  An execution runs the plan it was started with.
 * J6  One owner: exactly one process drives an execution at a time.
 */

export interface LoopPorts {
  readonly journal: Journal;
  readonly caller: ToolCaller;
  readonly news: NewsSink;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What a loop asks of whoever runs it. */
export interface LoopHost {
  /** Starts a child execution, or finds it, and posts its end to the loop. */
  startChild(loop: ExecutionLoop, child: Effect & { type: "child" }): void;
  cancelChild(childId: string): void;
  childStands(childId: string): boolean;
  /** The execution has ended, or only a person can move it on, or it can move again. */
  changed(loop: ExecutionLoop): void;
}

type Message =
  | { readonly type: "outcome"; readonly call: CallRef; readonly attempt: number; readonly outcome: CallOutcome }
  | {
      readonly type: "sending";
      readonly call: CallRef;
      readonly attempt: number;
      readonly machine?: string;
      readonly done: PromiseWithResolvers<void>;
    }
  | { readonly type: "signal"; readonly signal: ExecutionSignal; readonly done: PromiseWithResolvers<void> };

/** How many rounds of decisions may follow one another without an event from outside; more is an endless loop. */
const ROUNDS_MAX = 100_000;

export class ExecutionLoop {
  readonly state: ExecutionState;
  readonly #ports: LoopPorts;
  readonly #host: LoopHost;
  readonly #inFlight: CallsInFlight;
  readonly #inbox: Message[] = [];
  #pending: ExecutionEvent[] = [];
  /** A write that nothing had to wait for. */
  #ahead: Promise<void> = Promise.resolve();
  #wake = Promise.withResolvers<void>();
  #closing = false;
  /** Nobody reads the inbox any more. */
  #over = false;
  /** What an earlier process knew of standing still is not believed before the first look. */
  #begun = false;
  /** When what is begun next was decided, on the clock that never jumps. */
  #decidedMs = 0;

  constructor(state: ExecutionState, ports: LoopPorts, host: LoopHost) {
    this.state = state;
    this.#ports = ports;
    this.#host = host;
    this.#inFlight = new CallsInFlight(state.executionId, ports);
  }

  /** True while only a person can move the execution on. */
  get standing(): boolean {
    return this.#begun && this.state.stands;
  }

  /** Resolves when everything that the state knows now is durable. */
  get durable(): Promise<void> {
    return this.#ahead;
  }

  /** Drives the execution to its end, or until it is closed. Rejects when the journal does. */
  async run(): Promise<void> {
    try {
      const effects = this.#takeUp();
      await this.#commit(effects);
      while (this.state.phase !== "ended" && !(this.#closing && !this.#hasOnceInFlight())) {
        await this.#rest();
        await this.#turn();
      }
      await this.#ahead;
    } finally {
      this.#over = true;
      for (const message of this.#inbox) if (message.type !== "outcome") message.done.reject(this.#tooLate());
      await this.#inFlight[Symbol.asyncDispose]();
    }
  }

  /** The answer to a call, from the caller or from a child execution. */
  post(call: CallRef, attempt: number, outcome: CallOutcome): void {
    this.#inbox.push({ type: "outcome", call, attempt, outcome });
    this.wake();
  }

  /** Records what a person wants; durable when it resolves. */
  signal(signal: ExecutionSignal): Promise<void> {
    if (this.#over) return Promise.reject(this.#tooLate());
    const done = Promise.withResolvers<void>();
    this.#inbox.push({ type: "signal", signal, done });
    this.wake();
    return done.promise;
  }

  #tooLate(): TuttiError {
    const { executionId, phase, outcome } = this.state;
    const why =
      phase === "ended" ? `the execution has ended (${outcome ?? "failed"})` : "Tutti is closing, and the execution can be resumed";
    return new TuttiError("execution.wrong-state", why, { executionId, state: phase });
  }

  /** Makes the loop look again, because something it cannot see has changed. */
  wake(): void {
    this.#wake.resolve();
  }

  /**
   * Lets go of the execution: nothing new begins, calls that can be repeated are dropped, and `once` calls in flight
   * are awaited for at most `drainMs`, because dropping them would leave them in doubt.
   */
  close(drainMs: number): void {
    if (this.#closing) return;
    this.#closing = true;
    const clock = this.#ports.clock;
    const limit = clock.after(drainMs, () => {
      this.#inFlight.abandon(() => true);
      this.wake();
    });
    this.#inFlight.onEmpty(() => limit[Symbol.dispose]());
    this.#inFlight.abandon((id) => !this.#mayHaveActed(id));
    this.wake();
  }

  /** What a crash left behind: attempts without an end, and children that are still to be asked. */
  #takeUp(): Effect[] {
    const effects: Effect[] = [];
    for (const call of Array.from(this.state.calls.values())) {
      if (call.status !== "running") continue;
      const step = this.state.steps[call.step];
      const child = step === undefined ? undefined : findChild(step, call, this.#ports.clock.nowMs());
      if (child !== undefined) effects.push(child);
      else this.#record(afterInterruption(this.state, call));
    }
    return [...effects, ...this.#decideAll()];
  }

  async #turn(): Promise<void> {
    const answered: PromiseWithResolvers<void>[] = [];
    for (const message of this.#inbox.splice(0)) {
      if (message.type === "outcome") this.#receive(message);
      else if (message.type === "sending") this.#admit(message, answered);
      else this.#obey(message, answered);
    }
    try {
      await this.#commit(this.#closing ? [] : this.#decideAll());
    } catch (error) {
      // Calls that wait for this to be durable must end too, or nobody could wait for them.
      for (const done of answered) done.reject(error);
      throw error;
    }
    for (const done of answered) done.resolve();
  }

  #receive(message: Message & { type: "outcome" }): void {
    const call = this.state.calls.get(callId(message.call));
    // An answer that comes after its call was given up is nobody's any more.
    if (call === undefined || call.status !== "running" || call.attempt !== message.attempt) return;
    const moment = { nowMs: this.#ports.clock.nowMs(), random: this.#ports.random() };
    this.#record(afterAttempt(this.state, call, message.outcome, moment));
  }

  /** A `once` call has its place. It is sent when that is durable (J2), unless nobody wants it any more. */
  #admit(message: Message & { type: "sending" }, answered: PromiseWithResolvers<void>[]): void {
    const call = this.state.calls.get(callId(message.call));
    const isWanted = call !== undefined && call.status === "running" && call.attempt === message.attempt && !isCutOff(this.state, call);
    if (this.#closing || !isWanted) {
      message.done.reject(new Error("the call is no longer wanted"));
      return;
    }
    this.#record({ type: "call-sent", call: message.call, ...defined({ machine: message.machine }) });
    answered.push(message.done);
  }

  #obey(message: Message & { type: "signal" }, answered: PromiseWithResolvers<void>[]): void {
    try {
      for (const event of eventsOfSignal(this.state, message.signal)) this.#record(event);
      answered.push(message.done);
    } catch (error) {
      message.done.reject(error);
    }
  }

  /** Asks for decisions until there is none, and gives what they want done. */
  #decideAll(): Effect[] {
    const effects: Effect[] = [];
    const nowMs = this.#ports.clock.nowMs();
    this.#decidedMs = this.#ports.clock.monotonicMs();
    const context = { nowMs, newId: () => this.#ports.ids.next() };
    for (let round = 0; !isHeld(this.state); round += 1) {
      assert(round < ROUNDS_MAX, `execution ${this.state.executionId} decides without end`);
      const work = takeAgenda(this.state, nowMs);
      const decisions = decide(this.state, work, context);
      if (decisions.length === 0 && this.state.agenda.size === 0) break;
      const { phase } = this.state;
      for (const decision of decisions) {
        this.#record(decision.event);
        if (decision.effect !== undefined) effects.push(decision.effect);
        if (this.state.phase === phase) continue;
        // A failure has stopped the execution: what else was decided may not begin any more, and is asked about again.
        for (const index of work) this.state.agenda.add(index);
        break;
      }
    }
    return effects;
  }

  #record(body: EventBody): void {
    const event: ExecutionEvent = { ...body, seq: this.state.seq + 1, atMs: this.#ports.clock.nowMs() };
    fold(this.state, event);
    this.#pending.push(event);
  }

  /** Makes what was recorded durable, and then does what was decided. */
  async #commit(effects: readonly Effect[]): Promise<void> {
    const standing = this.#noteStanding();
    if (this.#pending.length > 0) {
      const events = this.#pending;
      this.#pending = [];
      const needNotWait = events.every((event) => event.type === "call-started" && event.childId === undefined); // J2
      const earlier = this.#ahead;
      this.#ahead = this.#append(events, earlier);
      if (!needNotWait) await this.#ahead;
      else this.#ahead.catch(() => this.wake());
    }
    for (const call of abandonedCalls(this.state)) {
      if (call.childId === undefined) this.#inFlight.abort(callId(call.ref));
      else this.#host.cancelChild(call.childId);
    }
    if (!this.#closing) for (const effect of mostUrgentFirst(effects)) this.#begin(effect);
    if (standing === "changed" || this.state.phase === "ended") this.#host.changed(this);
  }

  /** Lists show what only a person can move on, so the journal has to know. */
  #noteStanding(): "changed" | "same" {
    const stands = needsPerson(this.state, (childId) => this.#host.childStands(childId));
    const first = !this.#begun;
    this.#begun = true;
    if (this.state.phase === "ended") return "same";
    if (stands === this.state.stands) return first && stands ? "changed" : "same";
    this.#record({ type: stands ? "execution-stood" : "execution-moved" });
    return "changed";
  }

  async #append(events: readonly ExecutionEvent[], earlier: Promise<void>): Promise<void> {
    // The journal keeps the order in which it is asked, so the earlier write need not have ended.
    await Promise.all([earlier, this.#ports.journal.append(this.state.executionId, events)]);
    for (const event of events) this.#ports.news.publish({ type: "event", executionId: this.state.executionId, event }); // J1
  }

  #begin(effect: Effect): void {
    if (effect.type === "child") this.#host.startChild(this, effect);
    else {
      const { request } = effect;
      const { clock } = this.#ports;
      const sinceMs = this.#decidedMs;
      this.#inFlight.begin(request, {
        sending: (machine) => this.#sending(request, machine),
        answer: (outcome) => this.post(request.call, request.attempt, withWholeTrip(outcome, clock.monotonicMs() - sinceMs)),
      });
    }
  }

  #sending(request: CallRequest, machine: string | undefined): Promise<void> {
    if (request.effect !== "once") return Promise.resolve();
    if (this.#over) return Promise.reject(this.#tooLate());
    const done = Promise.withResolvers<void>();
    this.#inbox.push({ type: "sending", call: request.call, attempt: request.attempt, ...defined({ machine }), done });
    this.wake();
    return done.promise;
  }

  #hasOnceInFlight(): boolean {
    return this.#inFlight.some((id) => this.#mayHaveActed(id));
  }

  #mayHaveActed(id: string): boolean {
    return this.state.calls.get(id)?.sent === true;
  }

  /** Waits for a message, or for the time of the next timer. */
  async #rest(): Promise<void> {
    if (this.#inbox.length > 0) return;
    const atMs = this.#closing ? undefined : nextTimerMs(this.state);
    const stuck = atMs === undefined && this.state.inFlight === 0 && !this.state.stands && !this.#closing;
    assert(!stuck, `execution ${this.state.executionId} waits for nothing`);
    using timer = atMs === undefined ? undefined : this.#ports.clock.after(atMs - this.#ports.clock.nowMs(), () => this.wake());
    await this.#wake.promise;
    void timer;
    this.#wake = Promise.withResolvers();
  }
}
