import { systemClock } from "../src/base/clock.ts";
import type { Plan } from "../src/model/plan.ts";
import type { Effect } from "../src/model/workflow.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { BareJournal } from "./bare-journal.ts";
import { compare, type Figure } from "./figure.ts";
import { execute, noOpChain, superviseNoOps } from "./no-op.ts";
import { type RecordedWrite, recordWrites } from "./recorded-writes.ts";

const ROUNDS = 9;
const EXECUTIONS = 3_000;
const AT_ONCE = 50;
const STEPS = 5;

/**
 * Durable executions per second: five steps in a row that call a tool which does nothing, through the engine and the
 * journal, 50 at once. The floor makes the same events durable, with the same waits in between, and does nothing else.
 */
export async function measureExecutions(): Promise<readonly Figure[]> {
  return [await measureEffect("read"), await measureEffect("once")];
}

async function measureEffect(effect: Effect): Promise<Figure> {
  const plan = noOpChain(STEPS, effect);
  const writes = await recordWrites(plan);
  return await compare({
    name: `executions-${effect}`,
    unit: "executions/s",
    rounds: ROUNDS,
    value: () => executionsPerSecond(plan),
    floor: () => replaysPerSecond(writes),
  });
}

async function executionsPerSecond(plan: Plan): Promise<number> {
  using directory = temporaryDirectory();
  await using journal = await openJournal({ directory: directory.path, clock: systemClock });
  await using supervisor = superviseNoOps(journal);
  return await ratePerSecond(() => execute(supervisor, plan));
}

async function replaysPerSecond(writes: readonly RecordedWrite[]): Promise<number> {
  using directory = temporaryDirectory();
  using journal = new BareJournal(directory.path);
  return await ratePerSecond(async (execution) => {
    for (const { bodies, awaited } of writes) {
      const written = journal.append(execution, bodies);
      if (awaited) await written;
    }
  });
}

/** Runs all executions, always as many at once as may be. */
async function ratePerSecond(run: (execution: number) => Promise<void>): Promise<number> {
  let last = 0;
  const worker = async (): Promise<void> => {
    while (last < EXECUTIONS) await run((last += 1));
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (EXECUTIONS / (performance.now() - startMs)) * 1_000;
}
