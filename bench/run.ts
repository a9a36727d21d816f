import { spawnSync } from "node:child_process";
import type { Figure } from "./figure.ts";

/*
 * `npm run bench` prints every figure, `npm run bench -- NAME...` those that are named, each as one line of JSON.
 * Without a name every bench has a process of its own: what one leaves in memory must not slow the next one down.
 */

type Bench = () => Promise<readonly Figure[]>;

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  executions: async () => (await import("./executions.ts")).measureExecutions,
  "journal-events": async () => (await import("./journal-events.ts")).measureJournalEvents,
  "list-executions": async () => (await import("./list-executions.ts")).measureListExecutions,
  "one-call": async () => (await import("./one-call.ts")).measureOneCall,
  "call-path": async () => (await import("./call-path.ts")).measureCallPath,
  "envelope-path": async () => (await import("./envelope-path.ts")).measureEnvelopePath,
  start: async () => (await import("./start.ts")).measureStart,
  resume: async () => (await import("./resume.ts")).measureResume,
  memory: async () => (await import("./memory.ts")).measureMemory,
  efficiency: async () => (await import("./efficiency.ts")).measureEfficiency,
  overhead: async () => (await import("./overhead.ts")).measureOverhead,
  serving: async () => (await import("./serving.ts")).measureServing,
  "linear-cost": async () => (await import("./linear-cost.ts")).measureLinearCost,
  examples: async () => (await import("./examples.ts")).measureExamples,
  "content-pipeline": async () => (await import("./content-pipeline.ts")).measureContentPipeline,
  planning: async () => (await import("./planning.ts")).measurePlanning,
};

const names = process.argv.slice(2);
if (names.length === 0) runApart(Object.keys(BENCHES));
else await run(names);

function runApart(all: readonly string[]): void {
  for (const name of all) {
    const { status } = spawnSync(process.execPath, [import.meta.filename, name], { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}

async function run(wanted: readonly string[]): Promise<void> {
  for (const name of wanted) {
    const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
    if (load === undefined) {
      process.stderr.write(`there is no bench "${name}"; there are: ${Object.keys(BENCHES).join(", ")}\n`);
      process.exitCode = 64;
      continue;
    }
    const measure = await load();
    for (const figure of await measure()) process.stdout.write(`${JSON.stringify(figure)}\n`);
  }
}
