import { resolve } from "node:path";
import { type Example, findExamples } from "../examples/runner/example.ts";
import { type ExecutionResult, runExample } from "../examples/runner/run-example.ts";
import { figure, type Figure, median } from "./figure.ts";

/*
 * Every example, as a person runs it, with all its real servers. The value is how long its executions took; the floor is
 * the time of the calls on the critical path: what it would take if nothing had to be decided, written down or started.
 */

const ROUNDS = 3;

/** It waits for a person. */
const NEVER_ENDING = ["gated-release"];

export async function measureExamples(): Promise<readonly Figure[]> {
  const root = resolve(import.meta.dirname, "..");
  const figures: Figure[] = [];
  for (const example of findExamples(root))
    if (!NEVER_ENDING.includes(example.name)) figures.push(...(await measureExample(example, root)));
  return figures;
}

async function measureExample(example: Example, root: string): Promise<readonly Figure[]> {
  const values: number[] = [];
  const floors: number[] = [];
  const asked = { inputs: [], settings: example.inShort, resume: false };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { exitCode, results } = await runExample(example, root, asked, false);
    if (exitCode !== 0) throw new Error(`the example "${example.name}" ended with ${exitCode}`);
    // The first pays for what is made and compiled once.
    if (round === 0) continue;
    values.push(sum(results.map(durationMs)));
    floors.push(sum(results.map(({ metrics }) => Number(metrics?.["critical_path_ms"]))));
  }
  const measured = { value: median(values), floor: median(floors), rounds: ROUNDS };
  return [figure({ name: `examples-${example.name}`, unit: "ms", ...measured })];
}

function durationMs({ started_at: start = "", ended_at: end }: ExecutionResult): number {
  return Date.parse(end ?? "") - Date.parse(start);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
