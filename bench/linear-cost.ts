import { systemClock } from "../src/base/clock.ts";
import { loadExecution } from "../src/engine/load-execution.ts";
import type { Plan } from "../src/model/plan.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import type { SqliteJournal } from "../src/sqlite/sqlite-journal.ts";
import { catalogOf } from "../test/support/catalog-of.ts";
import { planOf } from "../test/support/plan-of.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { compare, type Figure } from "./figure.ts";
import { execute, superviseNoOps } from "./no-op.ts";

const ROUNDS = 7;
const STEPS = 10_000;
/** The same number of steps in so many executions is the floor. */
const PARTS = 10;
const LAYER = 100;

/**
 * What one step costs in a workflow of 10,000 steps, in microseconds, against one in workflows of 1,000: the same when
 * the cost is linear. Once while it runs, and once when its state is made from the journal again, as after a crash.
 */
export async function measureLinearCost(): Promise<readonly Figure[]> {
  const whole = [layers("whole", STEPS)];
  // Different ones, because executions that share a plan read it once.
  const parts = Array.from({ length: PARTS }, (_, part) => layers(`part-${part}`, STEPS / PARTS));
  const shared = { unit: "us/step", rounds: ROUNDS };
  return [
    await compare({ ...shared, name: "linear-run", value: () => runUs(whole), floor: () => runUs(parts) }),
    await compare({ ...shared, name: "linear-recovery", value: () => recoverUs(whole), floor: () => recoverUs(parts) }),
  ];
}

/** Every step reads the output of one in the layer before, and 100 run side by side. */
function layers(id: string, steps: number): Plan {
  const lines = Array.from({ length: steps }, (_, index) => {
    const input = index < LAYER ? String(index) : `"\${{ steps.s${index - LAYER}.output.n }}"`;
    return `  - { id: s${index}, tool: none.nothing, with: { n: ${input} } }`;
  });
  const catalog = catalogOf({ none: { tools: { nothing: {} }, effects: { nothing: "read" } } });
  return planOf(`id: ${id}\nsteps:\n${lines.join("\n")}\n`, catalog);
}

async function runUs(plans: readonly Plan[]): Promise<number> {
  using directory = temporaryDirectory();
  await using journal = await openJournal({ directory: directory.path, clock: systemClock });
  return await eachUs(() => executeAll(journal, plans));
}

async function recoverUs(plans: readonly Plan[]): Promise<number> {
  using directory = temporaryDirectory();
  const ids = await filledJournal(directory.path, plans);
  // Opened anew, because a journal keeps the plans that it has read.
  await using journal = await openJournal({ directory: directory.path, clock: systemClock });
  return await eachUs(async () => {
    for (const id of ids) await loadExecution(journal, id);
  });
}

async function filledJournal(directory: string, plans: readonly Plan[]): Promise<readonly string[]> {
  await using journal = await openJournal({ directory, clock: systemClock });
  await executeAll(journal, plans);
  return (await journal.list({ limit: PARTS })).executions.map(({ executionId }) => executionId);
}

async function executeAll(journal: SqliteJournal, plans: readonly Plan[]): Promise<void> {
  await using supervisor = superviseNoOps(journal);
  for (const plan of plans) await execute(supervisor, plan);
}

async function eachUs(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return ((performance.now() - startMs) * 1_000) / STEPS;
}
