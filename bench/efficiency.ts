import { present } from "../src/base/assert.ts";
import { systemClock } from "../src/base/clock.ts";
import { buildPlan } from "../src/planner/build-plan.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { catalogOfBench, openBenchWorkspace } from "./bench-workspace.ts";
import { compare, figure, type Figure, median } from "./figure.ts";
import { trainingServers, trainingWorkflow } from "./model-training.ts";
import { execute } from "./no-op.ts";

const ROUNDS = 5;
const PLANNINGS = 50;
const CALLS_IN_FLIGHT = 50;

/**
 * Parallel efficiency: how long the training of a model takes, with real waits on six real servers, and as the floor how long
 * it must take: what its plan says, in which every estimate is exact, and what each server can do at once is respected. And how
 * long it takes to plan it, against reading it from JSON.
 */
export async function measureEfficiency(): Promise<readonly Figure[]> {
  using directory = temporaryDirectory();
  await using journal = await openJournal({ directory: directory.path, clock: systemClock });
  const servers = trainingServers();
  await using workspace = openBenchWorkspace({ journal, servers, places: CALLS_IN_FLIGHT });
  const catalog = await catalogOfBench(workspace, servers);
  const workflow = trainingWorkflow();
  const { plan, problems } = buildPlan({ workflow, catalog });
  const planned = present(plan, JSON.stringify(problems));
  const values: number[] = [];
  await execute(workspace.supervisor, planned);
  for (let round = 0; round < ROUNDS; round += 1) values.push(await elapsedMs(() => execute(workspace.supervisor, planned)));
  const text = JSON.stringify(workflow);
  return [
    figure({ name: "efficiency", unit: "ms", rounds: ROUNDS, value: median(values), floor: planned.estimateMs }),
    await compare({
      name: "efficiency-planning",
      unit: "ms",
      rounds: PLANNINGS,
      value: () => elapsedMs(() => buildPlan({ workflow, catalog })),
      floor: () => elapsedMs(() => JSON.parse(text)),
    }),
  ];
}

async function elapsedMs(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
