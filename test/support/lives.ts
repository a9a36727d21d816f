import { setImmediate as nextTurn } from "node:timers/promises";
import { assert } from "../../src/base/assert.ts";
import { defined } from "../../src/base/defined.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { type ExecutionSignal } from "../../src/engine/person-signal.ts";
import type { StartRequest } from "../../src/engine/start-request.ts";
import { Supervisor } from "../../src/engine/supervisor.ts";
import type { Meta } from "../../src/envelope/meta.ts";
import type { ExecutionReport } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { Mortal } from "./mortal.ts";
import type { ToolWorld, World } from "./world.ts";

/** Turns of the event loop in which nothing happens before we believe that nothing will. */
const QUIET_TURNS = 12;
const STEPS_MAX = 20_000;

export interface Story<W extends ToolWorld = World> {
  /** Default `e-root`. Two stories that share a world need two. */
  readonly executionId?: string;
  readonly plan: Plan;
  readonly inputs?: JsonObject;
  /** For whom it runs. */
  readonly meta?: Meta;
  readonly retryOf?: StartRequest["retryOf"];
  /** What earlier lives have left behind. */
  readonly journal?: MemoryJournal;
  readonly world: W;
  /** What a person does when an execution stands still. Without one the story ends there. */
  readonly person?: (report: ExecutionReport, world: W) => readonly ExecutionSignal[];
  /** Something a person does at a time of their own choosing: when the world has seen this many calls. */
  readonly interrupt?: { readonly afterCalls: number; readonly signal: ExecutionSignal };
}

export interface Ending {
  readonly report: ExecutionReport;
  readonly journal: MemoryJournal;
  /** How many points of death the first life passed. */
  readonly points: number;
  readonly lives: number;
}

/** Runs a story to its end. Each number in `deaths` is the point at which one more life ends; the last life is immortal. */
export async function live<W extends ToolWorld>(story: Story<W>, deaths: readonly number[] = []): Promise<Ending> {
  const clock = new ManualClock();
  const { journal = new MemoryJournal() } = story;
  let executionId: string | undefined;
  let points = 0;
  for (let life = 0; life <= deaths.length; life += 1) {
    const mortal = new Mortal(deaths[life] ?? Infinity);
    const ids = { next: () => `e-${life}-${(counter += 1)}` };
    let counter = 0;
    const supervisor = new Supervisor({
      journal: mortal.journal(journal),
      caller: mortal.caller(story.world, clock),
      news: { publish: () => undefined },
      clock,
      ids,
      random: () => 0.5,
    });
    executionId = await begin(story, supervisor, journal, mortal);
    const report = await carryOn(story, { supervisor, mortal, clock, executionId, journal });
    if (life === 0) points = mortal.points;
    if (report !== undefined) return { report, journal, points, lives: life + 1 };
  }
  throw new Error("the last life died");
}

const ROOT_ID = "e-root";

async function begin<W extends ToolWorld>(
  story: Story<W>,
  supervisor: Supervisor,
  journal: MemoryJournal,
  mortal: Mortal,
): Promise<string> {
  const { executionId = ROOT_ID, plan, inputs = {}, meta, retryOf } = story;
  const unfinished = await journal.unfinished();
  const known = await journal.summary(executionId);
  const work =
    known === undefined
      ? supervisor.start({ plan, inputs, executionId, ...defined({ meta, retryOf }) })
      : resumeAll(supervisor, unfinished);
  const beginning = { over: false };
  const watched = work.then(() => (beginning.over = true));
  while (!beginning.over && !mortal.dead) await nextTurn();
  if (beginning.over) await watched;
  return executionId;
}

async function resumeAll(supervisor: Supervisor, ids: readonly string[]): Promise<void> {
  for (const id of ids) await supervisor.resume(id);
}

interface Life {
  readonly supervisor: Supervisor;
  readonly mortal: Mortal;
  readonly clock: ManualClock;
  readonly executionId: string;
  readonly journal: MemoryJournal;
}

/** Until the execution has ended, or its process has. */
async function carryOn<W extends ToolWorld>(story: Story<W>, life: Life): Promise<ExecutionReport | undefined> {
  const { supervisor, mortal, clock, executionId } = life;
  let interrupted = false;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    await quiet(mortal);
    if (mortal.dead) return undefined;
    const report = await supervisor.report(executionId);
    if (report.outcome !== undefined && !supervisor.driven(executionId)) return report;
    if (story.interrupt !== undefined && !interrupted && story.world.calls.length >= story.interrupt.afterCalls) {
      interrupted = true;
      void supervisor.signal(executionId, story.interrupt.signal).catch(() => undefined);
      continue;
    }
    if (report.needsPerson) {
      if (story.person === undefined) return report;
      await askPerson(story.person, story.world, life);
      continue;
    }
    assert(clock.step(), `the execution waits for nothing: ${JSON.stringify(report.steps)}`);
  }
  throw new Error("the story does not end");
}

/** The person looks at every execution that has not ended, because what waits for them may be a child. */
async function askPerson<W extends ToolWorld>(
  person: NonNullable<Story<W>["person"]>,
  world: W,
  { supervisor, journal }: Life,
): Promise<void> {
  for (const id of await journal.unfinished()) {
    const report = await supervisor.report(id);
    const wants = report.needsPerson ? person(report, world) : [];
    // Not awaited: the process may die before it answers.
    for (const want of wants) void supervisor.signal(id, want).catch(() => undefined);
  }
}

async function quiet(mortal: Mortal): Promise<void> {
  let before = mortal.points;
  for (let turn = 0; turn < QUIET_TURNS; turn += 1) {
    await nextTurn();
    if (mortal.points === before) continue;
    before = mortal.points;
    turn = 0;
  }
}
