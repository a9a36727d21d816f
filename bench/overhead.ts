import { systemClock } from "../src/base/clock.ts";
import type { Plan } from "../src/model/plan.ts";
import type { Catalog } from "../src/model/tool.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import { seededRandom } from "../test/fault/seeded-random.ts";
import { planOf } from "../test/support/plan-of.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { type BenchWorkspace, catalogOfBench, openBenchWorkspace } from "./bench-workspace.ts";
import { figure, type Figure, median } from "./figure.ts";

const ROUNDS = 3;
const WORKFLOWS = 60;
const SERVERS = Array.from({ length: 8 }, (_, index) => ({ name: `s${index}`, file: "sleeping-server.ts", places: 100 }));
const EFFECTS = ["read", "idempotent", "once"] as const;
const ALONE = 5;

/**
 * What coordination adds to a call, on average, while 60 workflows of 6 to 40 steps run side by side on eight real servers that
 * take 50 to 250 ms for each call: everything that is not the time with a server, and also what a call waits for, as there are
 * places for all of them. The floor is the same for workflows that run alone.
 */
export async function measureOverhead(): Promise<readonly Figure[]> {
  using directory = temporaryDirectory();
  await using journal = await openJournal({ directory: directory.path, clock: systemClock });
  await using workspace = openBenchWorkspace({ journal, servers: SERVERS, places: 1_000 });
  const catalog = await catalogOfBench(workspace, SERVERS);
  const random = seededRandom(7);
  const plans = Array.from({ length: WORKFLOWS }, (_, index) => planRandomly(index, random, catalog));
  const [together, alone]: [number[], number[]] = [[], []];
  await runTogether(workspace, plans);
  for (let round = 0; round < ROUNDS; round += 1) {
    together.push(await runTogether(workspace, plans));
    for (const plan of plans.slice(0, ALONE)) alone.push(await runTogether(workspace, [plan]));
  }
  return [figure({ name: "overhead", unit: "ms", rounds: ROUNDS, value: median(together), floor: median(alone) })];
}

/** Runs all plans at once, and gives what each of their calls took beside its time with the server. */
async function runTogether({ supervisor }: BenchWorkspace, plans: readonly Plan[]): Promise<number> {
  const never = new AbortController().signal;
  const reports = await Promise.all(
    plans.map(async (plan) => {
      const { executionId } = await supervisor.start({ plan, inputs: {} });
      return await supervisor.settled(executionId, never);
    }),
  );
  const failed = reports.filter(({ outcome }) => outcome !== "completed");
  if (failed.length > 0) throw new Error(`${failed.length} executions did not complete`);
  const sum = (of: (metrics: (typeof reports)[number]["metrics"]) => number): number =>
    reports.reduce((total, { metrics }) => total + of(metrics), 0);
  return sum(({ overheadMs, queuedMs }) => overheadMs + queuedMs) / sum(({ calls }) => calls);
}

/** Each step needs up to two of those before it. */
function planRandomly(index: number, random: () => number, catalog: Catalog): Plan {
  const below = (most: number): number => Math.floor(random() * most);
  const steps = Array.from({ length: 6 + below(35) }, (_, place) => {
    const needs = place === 0 ? [] : [...new Set([below(place), below(place)].slice(0, 1 + below(2)))];
    const call = `tool: s${below(SERVERS.length)}.sleep, with: { ms: ${50 + below(201)} }, effect: ${EFFECTS[below(3)] ?? "once"}`;
    return `  - { id: t${place}, needs: [${needs.map((need) => `t${need}`).join(", ")}], ${call} }\n`;
  });
  return planOf(`id: w${index}\nsteps:\n${steps.join("")}`, catalog);
}
