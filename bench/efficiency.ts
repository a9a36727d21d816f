import { systemClock } from "../src/base/clock.ts";
import type { Workspace } from "../src/main/workspace.ts";
import type { Plan } from "../src/model/plan.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import { planOf } from "../test/support/plan-of.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { catalogOfBench, openBenchWorkspace } from "./bench-workspace.ts";
import { figure, type Figure, median } from "./figure.ts";
import { execute } from "./no-op.ts";

const ROUNDS = 5;
const PLACES = 5;

/**
 * 24 calls in stages, each of which needs all of the one before. Within a stage the calls need nothing but a place at
 * the server, so a stage cannot be shorter than its waves, and the graph not shorter than their sum.
 */
const STAGES: readonly { readonly calls: number; readonly ms: number }[] = [
  { calls: 1, ms: 200 },
  { calls: 10, ms: 300 },
  { calls: 1, ms: 200 },
  { calls: 8, ms: 250 },
  { calls: 3, ms: 200 },
  { calls: 1, ms: 200 },
];

/**
 * Parallel efficiency: what 24 calls with real waits on a real server must take, given the graph and five places at the
 * server, as a part of what they do take. The value is measured, in milliseconds; the floor follows from the waits.
 */
export async function measureEfficiency(): Promise<readonly Figure[]> {
  using directory = temporaryDirectory();
  await using journal = await openJournal({ directory: directory.path, clock: systemClock });
  await using workspace = openBenchWorkspace({ journal, file: "sleeping-server.ts", places: PLACES });
  const plan = await stagesPlan(workspace);
  const floor = STAGES.reduce((sum, { calls, ms }) => sum + Math.ceil(calls / PLACES) * ms, 0);
  const values: number[] = [];
  await execute(workspace.supervisor, plan);
  for (let round = 0; round < ROUNDS; round += 1) {
    const startMs = performance.now();
    await execute(workspace.supervisor, plan);
    values.push(performance.now() - startMs);
  }
  return [figure({ name: "efficiency", unit: "ms", rounds: ROUNDS, value: median(values), floor })];
}

async function stagesPlan(workspace: Workspace): Promise<Plan> {
  const steps = STAGES.flatMap(({ calls, ms }, stage) => {
    const before = STAGES[stage - 1]?.calls ?? 0;
    const needs = Array.from({ length: before }, (_, call) => `s${stage - 1}-${call}`).join(", ");
    return Array.from(
      { length: calls },
      (_, call) => `  - { id: s${stage}-${call}, needs: [${needs}], tool: s.sleep, with: { ms: ${ms} } }`,
    );
  });
  return planOf(`id: stages\nsteps:\n${steps.join("\n")}\n`, await catalogOfBench(workspace));
}
