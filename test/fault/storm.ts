import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { unreachable } from "../../src/base/assert.ts";
import { TaskGroup } from "../../src/base/task-group.ts";
import type { ExecutionView } from "../../src/contract/execution-report.ts";
import type { LifeEnd } from "./storm-life.ts";
import { StormLives } from "./storm-lives.ts";
import type { Sample, StormNews, StormOrder, StormSettings } from "./storm-messages.ts";
import { doneTwice, faultsOf, standingEffects } from "./storm-oracle.ts";
import { grown, memoryFaults } from "./storm-samples.ts";
import { type StormEvent, stormSchedule } from "./storm-schedule.ts";
import { STORM_SERVERS } from "./storm-servers.ts";
import { StormTotals } from "./storm-totals.ts";
import { type StormWorkflow, stormWorkflow } from "./storm-workflow.ts";
import { StormWorld } from "./storm-world.ts";

export interface StormOptions {
  /** Empty; everything that is written goes there. */
  readonly directory: string;
  readonly seed: number;
  /** How long faults happen; it takes longer until everything has ended. */
  readonly durationMs: number;
  readonly tell?: (line: string) => void;
}

/** What a storm has shown. */
export interface StormResult {
  readonly seed: number;
  readonly totals: StormTotals;
  readonly faults: ReadonlyMap<string, number>;
  readonly kills: number;
  /** From the start of each process of Tutti until it had taken up what the last one had left. */
  readonly readyMs: readonly number[];
  /** Of the last life of Tutti, which is the longest. */
  readonly samples: readonly Sample[];
  readonly durationMs: number;
  /** From the end of the last fault until the last execution had ended. */
  readonly drainMs: number;
  /** Calls that arrived after a probe had truly said that they had not happened. */
  readonly late: readonly string[];
  /** What was not as expected of executions that have ended. */
  readonly unexpected: readonly string[];
  /** Everything else that is wrong; empty when all is well. */
  readonly wrong: readonly string[];
}

const CONCURRENT = 60;
const DRAIN_WITHIN_MS = 90_000;
/** As long as pools keep connections that nobody uses, and more. */
const IDLE_MS = 5_500;
const AGAIN_MS = 300;
/** Of each kind: what one check of health at the moment of looking has open. */
const SLACK = 6;

/**
 * Runs sixty workflows at a time against eight servers with two replicas each, on stdio, HTTP and WebSocket, while
 * servers are killed and stopped, the network does what networks do, and Tutti itself is killed. When the storm is over,
 * everything must have ended as it should, nothing done twice, and nothing left behind.
 */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  await using world = await StormWorld.open(options.directory, options.seed);
  await using storm = new Storm(world, options);
  return await storm.run();
}

class Storm implements AsyncDisposable {
  readonly #world: StormWorld;
  readonly #options: StormOptions;
  readonly #tasks = new TaskGroup();
  readonly #inFlight = new Map<number, StormWorkflow>();
  readonly #totals = new StormTotals();
  readonly #unexpected: string[] = [];
  readonly #wrong: string[] = [];
  readonly #lives: StormLives;
  #next = 0;
  /** Whenever an execution ends, the next begins. */
  #goesOn = false;

  constructor(world: StormWorld, options: StormOptions) {
    this.#world = world;
    this.#options = options;
    const file = join(options.directory, "settings.json");
    const settings: StormSettings = { dataDirectory: join(options.directory, "data"), servers: world.configs() };
    writeFileSync(file, JSON.stringify(settings));
    this.#lives = new StormLives({
      settings: file,
      hear: (news) => this.#hear(news),
      warned: (words) => this.#wrong.push(`a warning: ${words}`),
      died: ({ exitCode, signal, words }) => this.#wrong.push(`Tutti ended by itself: ${exitCode ?? signal} ${words}`),
    });
  }

  async run(): Promise<StormResult> {
    const startMs = performance.now();
    await this.#lives.untilReady();
    const before = await this.#warmUp();
    this.#goesOn = true;
    while (this.#inFlight.size < CONCURRENT) this.#startNext();
    this.#tasks.run(async (signal) => await this.#sampleOften(signal));
    await this.#happen();
    this.#goesOn = false;
    const calmMs = performance.now();
    await this.#world.calm();
    await this.#drain();
    const drainMs = performance.now() - calmMs;
    await this.#checkLeftovers(before);
    await this.#checkEnd(await this.#lives.close());
    const { wrong, late } = doneTwice(this.#world.ledgers);
    this.#wrong.push(...wrong, ...memoryFaults(this.#lives.samples));
    return {
      seed: this.#options.seed,
      totals: this.#totals,
      faults: this.#world.faults(),
      kills: this.#lives.kills,
      readyMs: this.#lives.readyMs,
      samples: this.#lives.samples,
      durationMs: performance.now() - startMs,
      drainMs,
      late,
      unexpected: this.#unexpected,
      wrong: this.#wrong,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#goesOn = false;
    await this.#lives[Symbol.asyncDispose]();
    await this.#tasks[Symbol.asyncDispose]();
  }

  /** Everything that Tutti will use is opened once, so that it can be told what more is open in the end. */
  async #warmUp(): Promise<Sample | undefined> {
    const steps = STORM_SERVERS.map(({ name }) => ({
      id: name,
      for_each: [1, 2, 3, 4, 5, 6, 7, 8],
      tool: `${name}.look`,
      with: { ref: "warm/${{ item }}" },
    }));
    const text = JSON.stringify({ id: "storm-warm-up", inputs: { token: { type: "string" } }, steps });
    this.#start({ index: this.#next, text, inputs: { token: "warm" }, outcome: "completed", steps: [] });
    await this.#untilEnded();
    await pause(IDLE_MS);
    return await this.#lives.sample();
  }

  async #happen(): Promise<void> {
    const { seed, durationMs } = this.#options;
    const servers = STORM_SERVERS.map(({ name }) => name);
    const startMs = performance.now();
    for (const event of stormSchedule({ seed, durationMs, servers, ...this.#world.names() })) {
      await pause(Math.max(0, startMs + event.atMs - performance.now()));
      await this.#meet(event);
    }
    await pause(Math.max(0, startMs + durationMs - performance.now()));
  }

  async #meet(event: StormEvent): Promise<void> {
    this.#lives.check();
    if (event.kind !== "kill-tutti") return this.#world.apply(event);
    this.#tell(`Tutti is killed with ${this.#inFlight.size} executions in flight`);
    await this.#lives.kill();
  }

  #hear(news: Exclude<StormNews, { readonly type: "sample" | "closed" }>): void {
    switch (news.type) {
      case "ready":
        for (const workflow of this.#inFlight.values()) this.#order(workflow);
        return;
      case "stopped":
        if (news.view.outcome === undefined) this.#tasks.run(async () => await this.#askPerson(news.index, news.view));
        else this.#end(news);
        return;
      case "refused":
        this.#totals.refused += 1;
        this.#tasks.run(async (signal) => await this.#startAgain(news.index, signal));
        return;
      default:
        unreachable(news);
    }
  }

  #startNext(): void {
    this.#start(stormWorkflow(this.#options.seed, this.#next, STORM_SERVERS));
  }

  #start(workflow: StormWorkflow): void {
    this.#next += 1;
    this.#inFlight.set(workflow.index, workflow);
    this.#order(workflow);
  }

  #order({ index, text, inputs }: StormWorkflow): void {
    this.#lives.order({ type: "run", index, workflow: text, inputs });
  }

  async #startAgain(index: number, signal: AbortSignal): Promise<void> {
    await pause(AGAIN_MS, undefined, { signal });
    const workflow = this.#inFlight.get(index);
    if (workflow !== undefined) this.#order(workflow);
  }

  #end({ index, view, tally }: StormNews & { readonly type: "stopped" }): void {
    const workflow = this.#inFlight.get(index);
    // Told twice: by a process that was killed just then, and by the next one.
    if (workflow === undefined || !this.#inFlight.delete(index)) return;
    const faults = faultsOf(workflow, view, this.#world.ledgers);
    this.#unexpected.push(...faults);
    for (const fault of faults) this.#tell(fault);
    this.#totals.add(view, tally, faults.length === 0);
    this.#totals.standing += standingEffects(workflow, view, this.#world.ledgers);
    if (this.#goesOn) this.#startNext();
  }

  /** A person looks into the ledgers, when nothing is on its way any more, and says what is true of every call in doubt. */
  async #askPerson(index: number, view: ExecutionView): Promise<void> {
    await this.#world.untilNobodyIsStopped();
    const doubts = view.steps.filter(({ status }) => status === "in_doubt");
    if (doubts.length === 0) this.#wrong.push(`${view.executionId} waits for a person, and no step is in doubt`);
    for (const { id, server = "", items } of doubts) {
      for (const item of items === undefined ? [undefined] : (items.inDoubt ?? [])) {
        this.#totals.asked += 1;
        const key = item === undefined ? `${view.executionId}/${id}` : `${view.executionId}/${id}[${item}]`;
        const happened = (this.#world.ledgers.get(server)?.times(key, "act") ?? 0) > 0;
        const where = { type: "resolve", index, executionId: view.executionId, step: id, ...(item === undefined ? {} : { item }) } as const;
        const ref = `${this.#inFlight.get(index)?.inputs.token}/${id}${item === undefined ? "" : `/${item}`}`;
        const order: StormOrder = happened ? { ...where, verdict: "happened", output: { ref } } : { ...where, verdict: "not_happened" };
        this.#lives.order(order);
      }
    }
  }

  async #untilEnded(limitMs = DRAIN_WITHIN_MS): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (this.#inFlight.size > 0 && performance.now() < endMs) {
      this.#lives.check();
      await pause(20);
    }
  }

  async #drain(): Promise<void> {
    await this.#untilEnded();
    if (this.#inFlight.size === 0) return;
    const tokens = [...this.#inFlight.values()].map(({ inputs }) => inputs.token).join(", ");
    this.#wrong.push(`${this.#inFlight.size} executions have not ended ${DRAIN_WITHIN_MS / 1_000} s after the last fault: ${tokens}`);
  }

  async #checkLeftovers(before: Sample | undefined): Promise<void> {
    await pause(IDLE_MS);
    const after = await this.#lives.sample();
    if (before === undefined || after === undefined) {
      this.#wrong.push("Tutti has ended by itself when nothing happened");
      return;
    }
    for (const kind of ["inFlight", "waiting", "reserved"] as const) {
      if (after.calls[kind] > 0) this.#wrong.push(`although nothing runs any more, calls ${kind}: ${after.calls[kind]}`);
    }
    for (const kind of ["open", "active"] as const) {
      this.#wrong.push(...grown(before[kind], after[kind], SLACK).map((more) => `${kind} in the end: ${more}`));
    }
    this.#tell(`open before ${JSON.stringify(before.open)} after ${JSON.stringify(after.open)}`);
    this.#tell(`active before ${JSON.stringify(before.active)} after ${JSON.stringify(after.active)}`);
  }

  async #checkEnd({ exitCode, signal, words }: LifeEnd): Promise<void> {
    if (this.#lives.left.length > 0) this.#wrong.push(`after closing there was left: ${this.#lives.left.join(", ")}`);
    if (exitCode !== 0) this.#wrong.push(`Tutti did not end by itself: ${exitCode ?? signal} ${words}`);
    const remote = this.#world.names().remote.length;
    for (let look = 0; look < 50 && this.#world.running().length > remote; look += 1) await pause(100);
    const more = this.#world.running().length - remote;
    if (more > 0) this.#wrong.push(`${more} processes of servers have outlived Tutti`);
  }

  async #sampleOften(signal: AbortSignal): Promise<void> {
    const everyMs = Math.max(1_500, Math.min(15_000, this.#options.durationMs / 60));
    while (!signal.aborted && this.#goesOn) {
      await pause(everyMs, undefined, { signal });
      const sample = await this.#lives.sample();
      if (sample === undefined) continue;
      this.#lives.samples.push(sample);
      this.#tell(
        `${this.#totals.executions} executions ended, ${this.#inFlight.size} in flight, heap ${sample.heapMb.toFixed(1)} MB, rss ${sample.rssMb.toFixed(0)} MB, ${sample.calls.inFlight} calls in flight, ${sample.calls.waiting} waiting, ${sample.calls.openBreakers} breakers open`,
      );
    }
  }

  #tell(line: string): void {
    this.#options.tell?.(line);
  }
}
