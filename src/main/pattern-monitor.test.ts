import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ExecutionSummary } from "../model/execution.ts";
import type { PatternApplication, ResolvedRequirement } from "../model/pattern.ts";
import type { Log } from "../ports/log.ts";
import type { PatternApplications, RequirementProbes } from "../ports/patterns.ts";
import type { StoredWorkflow } from "../model/stored-workflow.ts";
import { patternApplications } from "../sqlite/pattern-applications.ts";
import { Records } from "../sqlite/records.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { PatternMonitor } from "./pattern-monitor.ts";

const MINUTE = 60_000;

/** A directory with applications, whose checks say what a test wants, and whose executions have all completed. */
class Watched implements Disposable {
  readonly #directory = temporaryDirectory();
  readonly clock = new ManualClock();
  readonly lines: string[] = [];
  readonly outcomes = new Map<string, ExecutionSummary["outcome"]>();
  readonly deleted = new Set<string>();
  looks = 0;
  good = true;
  #records = new Records({ directory: this.#directory.path, clock: this.clock });

  get applications(): PatternApplications {
    return patternApplications(this.#records);
  }

  open(): { readonly applications: PatternApplications; readonly monitor: PatternMonitor } {
    const log: Log = {
      enabled: () => true,
      write: (level, message, fields) => void this.lines.push(`${level} ${message}: ${JSON.stringify(fields?.["requirements"] ?? null)}`),
    };
    const { applications } = this;
    const monitor = new PatternMonitor({
      applications,
      workflows: { get: async (_tenant, workflowId) => (this.deleted.has(workflowId) ? undefined : ({} as StoredWorkflow)) },
      history: {
        latest: async ({ workflowId }) => {
          if (!this.outcomes.has(workflowId)) return undefined;
          const outcome = this.outcomes.get(workflowId);
          const ended = outcome === undefined ? {} : { outcome, endedAtMs: 1 };
          return { executionId: "e", workflowId, status: "executing", startedAtMs: 0, updatedAtMs: 0, ...ended };
        },
      },
      probes: () => this.#probes(),
      clock: this.clock,
      log,
    });
    return { applications, monitor };
  }

  /** As if the process had ended and another one had begun. */
  restart(): void {
    this.#records[Symbol.dispose]();
    this.#records = new Records({ directory: this.#directory.path, clock: this.clock });
  }

  #probes(): RequirementProbes {
    const never = (): never => {
      throw new Error("nobody asks for this");
    };
    return {
      discovery: { discover: never },
      catalogs: { catalog: never },
      checks: { checks: {}, handlers: {} },
      machines: { get: never, list: never },
      runCheck: async () => {
        this.looks += 1;
        return { passed: this.good, detail: this.good ? "fine" : "two are wrong" };
      },
      portHolder: never,
      portIsFree: never,
      fileIsThere: never,
    };
  }

  [Symbol.dispose](): void {
    this.#records[Symbol.dispose]();
    this.#directory[Symbol.dispose]();
  }
}

const HOLDS: ResolvedRequirement = {
  id: "holds",
  description: "it holds",
  severity: "warning",
  check: { kind: "check", names: ["c"], is: "passing" },
};

function application(id: string, world: Watched, more: Partial<PatternApplication> = {}): PatternApplication {
  const nowMs = world.clock.nowMs();
  return {
    applicationId: id,
    patternName: "p",
    patternVersion: "1",
    targetComponent: "db",
    status: "pending",
    appliedAtMs: nowMs,
    appliedBy: "somebody",
    parameters: {},
    workflowId: `w-${id}`,
    validation: {
      valid: true,
      blockingIssues: [],
      warnings: [],
      checks: [
        { id: "parameters", description: "they fit", severity: "blocking", passed: true },
        { id: "holds", description: "it holds", severity: "warning", passed: true },
      ],
      checkedAtMs: nowMs,
    },
    nextSteps: [],
    monitoring: { intervalMs: MINUTE, requirements: [HOLDS] },
    ...more,
  };
}

/** Moves the clock, and lets everything happen that follows. */
async function pass(world: Watched, ms: number): Promise<void> {
  world.clock.advance(ms);
  for (let turn = 0; turn < 30; turn += 1) await setImmediate();
}

test("what an applied pattern requires is looked at once in each interval, and what changes is kept and told once", async () => {
  using world = new Watched();
  const { applications, monitor } = world.open();
  await using _monitor = monitor;
  world.outcomes.set("w-a", "completed");
  await applications.create(application("a", world));
  await pass(world, MINUTE - 1);
  expect(world.looks).toBe(0);
  await pass(world, 1);
  expect([world.looks, applications.get("a", undefined)?.inForce, world.lines]).toEqual([1, true, []]);

  world.good = false;
  await pass(world, MINUTE);
  await pass(world, MINUTE);
  expect(world.lines).toEqual(['warn what a pattern requires no longer holds: ["holds"]']);
  const bad = applications.get("a", undefined);
  expect(bad).toMatchObject({
    inForce: false,
    validation: {
      valid: true,
      warnings: [{ requirementId: "holds", message: 'it holds: "c": two are wrong' }],
      checks: [
        { id: "parameters", passed: true },
        { id: "holds", passed: false },
      ],
      checkedAtMs: world.clock.nowMs(),
    },
  });

  world.good = true;
  await pass(world, MINUTE);
  expect(world.lines.slice(1)).toEqual(["info what a pattern requires holds again: null"]);
  expect(world.looks).toBe(4);
});

test("a restart in between changes nothing: the next look comes when it would have come", async () => {
  using world = new Watched();
  world.outcomes.set("w-a", "completed");
  {
    const { applications, monitor } = world.open();
    await using _monitor = monitor;
    await applications.create(application("a", world));
    await pass(world, MINUTE);
  }
  await pass(world, MINUTE / 2);
  world.restart();
  {
    await using _monitor = world.open().monitor;
    await pass(world, MINUTE / 2 - 1);
    expect(world.looks).toBe(1);
    await pass(world, 1);
    expect(world.looks).toBe(2);
  }
  await pass(world, 10 * MINUTE);
  world.restart();
  await using _monitor = world.open().monitor;
  await pass(world, 0);
  expect(world.looks).toBe(3);
});

test.each<{ readonly what: string; readonly prepare: (world: Watched, applications: PatternApplications) => Promise<void> | void }>([
  { what: "has not been executed", prepare: (world) => void world.outcomes.delete("w-a") },
  { what: "is being executed", prepare: (world) => void world.outcomes.set("w-a", undefined) },
  { what: "has failed", prepare: (world) => void world.outcomes.set("w-a", "failed") },
  { what: "has lost its workflow", prepare: (world) => void world.deleted.add("w-a") },
  {
    what: "was replaced by a newer one",
    prepare: async (world, applications) => {
      world.outcomes.set("w-b", "completed");
      await applications.create(application("b", world, { monitoring: { intervalMs: 100 * MINUTE, requirements: [HOLDS] } }));
    },
  },
])("an application that $what is not looked at", async ({ prepare }) => {
  using world = new Watched();
  const { applications, monitor } = world.open();
  await using _monitor = monitor;
  world.outcomes.set("w-a", "completed");
  await applications.create(application("a", world));
  await prepare(world, applications);
  await pass(world, MINUTE);
  await pass(world, MINUTE);
  expect(world.looks).toBe(0);
});

test("a newer application that has failed, or is of another tenant, replaces nothing", async () => {
  using world = new Watched();
  const { applications, monitor } = world.open();
  await using _monitor = monitor;
  const rarely = { monitoring: { intervalMs: 100 * MINUTE, requirements: [HOLDS] } };
  for (const id of ["a", "c"]) world.outcomes.set(`w-${id}`, "completed");
  world.outcomes.set("w-b", "failed");
  await applications.create(application("a", world, { tenant: "acme" }));
  await applications.create(application("b", world, { tenant: "acme", ...rarely }));
  await applications.create(application("c", world, { tenant: "globex", ...rarely }));
  await pass(world, MINUTE);
  expect(world.looks).toBe(1);
});
