import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { compare, type Figure } from "./figure.ts";
import { startProcess } from "./measured-process.ts";

const ROUNDS = 3;

/**
 * The most memory that a process uses with so many executions in flight, each with a call that a real server holds, in
 * MB. The floor is the same process with one execution.
 */
export async function measureMemory(): Promise<readonly Figure[]> {
  const measure = (executions: number): Promise<Figure> =>
    compare({
      name: `memory-${executions}`,
      unit: "MB",
      rounds: ROUNDS,
      value: () => peakMegabytes(executions),
      floor: () => peakMegabytes(1),
    });
  return [await measure(1_000), await measure(10_000)];
}

async function peakMegabytes(executions: number): Promise<number> {
  using directory = temporaryDirectory();
  await using holder = startProcess("hold-executions.ts", [directory.path, String(executions)]);
  return Number(await holder.line);
}
