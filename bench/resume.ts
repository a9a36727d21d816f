import { cpSync } from "node:fs";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { compare, type Figure } from "./figure.ts";
import { untilHeldMs } from "./held-server.ts";
import { startProcess } from "./measured-process.ts";

const ROUNDS = 7;
const EXECUTIONS = 1_000;

/**
 * After a kill -9 of a process with 1,000 executions in flight: from the start of `tutti executions resume` until the next
 * call of the last of them has come to its server, in milliseconds. The floor is a process that reads and parses the same
 * events, and does nothing with them.
 */
export async function measureResume(): Promise<readonly Figure[]> {
  using killed = temporaryDirectory();
  {
    await using holder = startProcess("hold-executions.ts", [killed.path, String(EXECUTIONS)]);
    await holder.line;
  }
  const figure = await compare({
    name: `resume-${EXECUTIONS}`,
    unit: "ms",
    rounds: ROUNDS,
    value: () => onCopy(killed.path, (directory) => untilHeldMs(EXECUTIONS, ["executions", "resume", "--json"], directory)),
    floor: () => onCopy(killed.path, readMs),
  });
  return [figure];
}

/** Every round is the first after the kill: one that follows another would find more in the journal. */
async function onCopy(original: string, measure: (directory: string) => Promise<number>): Promise<number> {
  using copy = temporaryDirectory();
  cpSync(original, copy.path, { recursive: true, filter: (path) => !path.endsWith(".sock") });
  return await measure(copy.path);
}

async function readMs(directory: string): Promise<number> {
  const startMs = performance.now();
  await using reader = startProcess("read-journal.ts", [directory]);
  await reader.line;
  return performance.now() - startMs;
}
