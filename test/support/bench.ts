import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../src/base/clock.ts";
import type { ExecutionSignal } from "../../src/engine/person-signal.ts";
import { Supervisor } from "../../src/engine/supervisor.ts";
import type { ExecutionReport } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { ToolCaller } from "../../src/ports/tool-caller.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { Mortal } from "./mortal.ts";
import type { World } from "./world.ts";

/** What a bench is made with instead of its own. */
export interface BenchParts {
  readonly clock?: ManualClock;
  readonly journal?: MemoryJournal;
  /** What stands before the world. */
  readonly wrap?: (caller: ToolCaller, clock: Clock) => ToolCaller;
}

/** One process with a clock that is moved by hand, over a journal and a world that outlive it. */
export class Bench implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly journal: MemoryJournal;
  readonly world: World;
  readonly mortal = new Mortal(Infinity);
  readonly supervisor: Supervisor;
  static #ids = 0;

  constructor(world: World, parts: BenchParts = {}) {
    this.world = world;
    this.clock = parts.clock ?? new ManualClock();
    this.journal = parts.journal ?? new MemoryJournal();
    const caller = this.mortal.caller(world, this.clock);
    this.supervisor = new Supervisor({
      journal: this.mortal.journal(this.journal),
      caller: parts.wrap?.(caller, this.clock) ?? caller,
      news: { publish: () => undefined },
      clock: this.clock,
      ids: { next: () => `id-${(Bench.#ids += 1)}` },
      random: () => 0.5,
    });
  }

  /** The next process, after this one was killed. */
  restarted(): Bench {
    this.mortal.kill();
    return new Bench(this.world, { clock: this.clock, journal: this.journal });
  }

  async start(plan: Plan, executionId = "e"): Promise<void> {
    await this.supervisor.start({ plan, inputs: {}, executionId });
    await this.quiet();
  }

  async signal(signal: ExecutionSignal, executionId = "e"): Promise<void> {
    await this.supervisor.signal(executionId, signal);
    await this.quiet();
  }

  /** Moves the clock by this much, timer by timer, and lets what follows from each happen. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.nowMs() + ms;
    await this.quiet();
    while (this.clock.nextMs !== undefined && this.clock.nextMs <= untilMs) {
      this.clock.step();
      await this.quiet();
    }
    this.clock.advance(untilMs - this.clock.nowMs());
  }

  async quiet(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  }

  report(executionId = "e"): Promise<ExecutionReport> {
    return this.supervisor.report(executionId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What a dead process was doing never ends, so there is nothing to wait for.
    if (!this.mortal.dead) await this.supervisor[Symbol.asyncDispose]();
  }
}
