import { randomUUID } from "node:crypto";
import { systemClock } from "../src/base/clock.ts";
import type { Plan } from "../src/model/plan.ts";
import type { Effect } from "../src/model/workflow.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { BareJournal } from "./bare-journal.ts";
import { compare, type Figure } from "./figure.ts";
import { execute, noOpChain, superviseNoOps } from "./no-op.ts";
import { type RecordedWrite, recordWrites } from "./recorded-writes.ts";

const ROUNDS = 7;
const EXECUTIONS = 10_000;
const AT_ONCE = 50;
const STEPS = 5;

/**
 * Durable executions per second: five steps in a row that call a tool which does nothing, through the engine and the
 * journal, 50 at once. The floor makes the same executions and events durable, with the same waits in between, and does
 * nothing else.
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
  const last = writes.at(-1);
  return await ratePerSecond(async () => {
    const execution = journal.begin(randomUUID());
    for (const write of writes) {
      if (write === last) journal.end(execution);
      const written = journal.append(execution, write.bodies);
      if (write.awaited) await written;
    }
  });
}

/** Runs all executions, always as many at once as may be. */
async function ratePerSecond(run: () => Promise<void>): Promise<number> {
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < EXECUTIONS) {
      begun += 1;
      await run();
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (EXECUTIONS / (performance.now() - startMs)) * 1_000;
}
