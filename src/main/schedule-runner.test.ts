import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { TuttiError } from "../model/errors.ts";
import type { StoredWorkflowFacts } from "../model/stored-workflow.ts";
import { linesOf } from "../../test/support/log-lines.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { ScheduleRunner } from "./schedule-runner.ts";

const MINUTE_MS = 60_000;
/** Half past six, wherever this runs. */
const HALF_PAST_SIX_MS = new Date(2026, 0, 5, 6, 30).getTime();

function stored(workflowId: string, schedule: string, updatedAtMs = 0): StoredWorkflowFacts {
  const rest = { version: 1, status: "active", exposed: false, stepCount: 1, createdAtMs: 0, createdBy: "ada" } as const;
  return { workflowId, schedule, updatedAtMs, ...rest };
}

class Scheduled {
  readonly clock = new ManualClock(HALF_PAST_SIX_MS);
  readonly started: string[] = [];
  readonly logged = linesOf("info");
  /** What the workflow "slow" waits for. */
  readonly answer = Promise.withResolvers<void>();
  workflows: readonly StoredWorkflowFacts[] = [];

  run(): ScheduleRunner {
    return new ScheduleRunner({
      workflows: { scheduled: async () => this.workflows },
      execute: async ({ workflowId }, requestKey) => {
        if (workflowId === "slow") await this.answer.promise;
        if (workflowId === "broken") throw new TuttiError("input.invalid", "it wants a name", { problems: [] });
        this.started.push(requestKey);
        return "e1";
      },
      clock: this.clock,
      log: this.logged.log,
    });
  }

  /** Moves on in small parts, because the runner looks and then waits again. */
  async pass(minutes: number): Promise<void> {
    for (let part = 0; part < minutes * 6; part += 1) {
      for (let look = 0; look < 3; look += 1) await turn();
      this.clock.advance(MINUTE_MS / 6);
    }
    for (let look = 0; look < 3; look += 1) await turn();
  }
}

function keyAt(workflowId: string, hour: number, minute = 0): string {
  return `schedule ${workflowId} ${new Date(2026, 0, 5, hour, minute).toISOString()}`;
}

test("a workflow is executed once at each time of its schedule", async () => {
  const world = new Scheduled();
  world.workflows = [stored("digest", "0 7,8 * * *")];
  await using _runner = world.run();
  await world.pass(29);
  expect(world.started).toEqual([]);
  await world.pass(2);
  expect(world.started).toEqual([keyAt("digest", 7)]);
  await world.pass(60);
  expect(world.started).toEqual([keyAt("digest", 7), keyAt("digest", 8)]);
});

test("a process that comes a little late makes up for the newest time that passed, with the key that it would have had", async () => {
  const world = new Scheduled();
  world.workflows = [stored("often", "*/10 * * * *"), stored("long-ago", "0 4 * * *")];
  await using _runner = world.run();
  await world.pass(1);
  expect(world.started).toEqual([keyAt("often", 6, 30)]);
});

test("a workflow that was stored after its time waits for the next", async () => {
  const world = new Scheduled();
  world.workflows = [stored("new", "0 6,7 * * *", HALF_PAST_SIX_MS - MINUTE_MS)];
  await using _runner = world.run();
  await world.pass(1);
  expect(world.started).toEqual([]);
  await world.pass(30);
  expect(world.started).toEqual([keyAt("new", 7)]);
});

test("a workflow that cannot be executed is told of, and keeps no other from its time", async () => {
  const world = new Scheduled();
  world.workflows = [stored("broken", "0 7 * * *"), stored("digest", "0 7 * * *")];
  await using _runner = world.run();
  await world.pass(31);
  expect(world.started).toEqual([keyAt("digest", 7)]);
  expect(world.logged.lines.filter(({ level }) => level === "error")).toMatchObject([
    { fields: { workflow_id: "broken", reason: "it wants a name" } },
  ]);
});

test("a schedule that nobody can read is told of once, and keeps no other from its time", async () => {
  const world = new Scheduled();
  world.workflows = [stored("unreadable", "5/10 * * * *"), stored("digest", "0 7 * * *")];
  await using _runner = world.run();
  await world.pass(31);
  expect(world.started).toEqual([keyAt("digest", 7)]);
  expect(world.logged.lines.filter(({ level }) => level === "error")).toMatchObject([{ fields: { schedule: "5/10 * * * *" } }]);
});

test("a workflow whose servers do not answer keeps no other from its time", async () => {
  const world = new Scheduled();
  world.workflows = [stored("slow", "0 7 * * *"), stored("digest", "0 7 * * *")];
  await using _runner = world.run();
  await world.pass(31);
  expect(world.started).toEqual([keyAt("digest", 7)]);
  world.answer.resolve();
});

test("a time that passed while the machine slept for hours is not made up for", async () => {
  const world = new Scheduled();
  world.workflows = [stored("digest", "0 7 * * *"), stored("hourly", "0 * * * *")];
  await using _runner = world.run();
  await world.pass(1);
  world.clock.advance(180 * MINUTE_MS);
  await world.pass(1);
  expect(world.started).toEqual([keyAt("hourly", 6), keyAt("hourly", 9)]);
});
