import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runStorm } from "./storm.ts";
import { describeStorm } from "./describe-storm.ts";

/* `npm run storm -- --minutes 30 [--seed 1]`: docs/operations.md tells what it does. */

const { values } = parseArgs({ options: { minutes: { type: "string", default: "1" }, seed: { type: "string", default: "1" } } });
const directory = mkdtempSync(join(tmpdir(), "tutti-storm-"));
const startMs = performance.now();
const tell = (line: string): void => void process.stdout.write(`${((performance.now() - startMs) / 1_000).toFixed(1)} s  ${line}\n`);
const result = await runStorm({ directory, seed: Number(values.seed), durationMs: Number(values.minutes) * 60_000, tell });
process.stdout.write(`${describeStorm(result)}\n`);
const good = result.wrong.length === 0 && result.totals.expected >= 0.999 * result.totals.executions;
process.exitCode = good ? 0 : 1;
if (good) rmSync(directory, { recursive: true, force: true });
else process.stdout.write(`what it has written is in ${directory}\n`);
