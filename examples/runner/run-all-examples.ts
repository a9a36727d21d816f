import type { Example } from "./example.ts";
import { type ExecutionResult, runExample } from "./run-example.ts";

/** Of the outcomes of runs without a person, these are as they should be: 3 waits for an answer that only one can give. */
const AS_EXPECTED = [0, 3];

/** Runs all examples one after the other, prints a line for each, and gives how many did not end as they should. */
export async function runAllExamples(examples: readonly Example[], root: string): Promise<number> {
  let wrong = 0;
  for (const example of examples) {
    const startedMs = performance.now();
    const { exitCode, results } = await runExample(example, root, { inputs: [], settings: example.inShort, resume: false }, false);
    const right = AS_EXPECTED.includes(exitCode) && results.length === example.runs.length;
    if (!right) wrong += 1;
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    const cells = [right ? "✔" : "✖", example.name.padEnd(20), `${seconds.padStart(6)} s`, ...describe(results, exitCode)];
    process.stdout.write(`${cells.join("  ")}\n`);
  }
  process.stdout.write(`\n${examples.length - wrong} of ${examples.length} ended as they should\n`);
  return wrong;
}

function describe(results: readonly ExecutionResult[], exitCode: number): readonly string[] {
  if (results.length === 0) return [`exit code ${exitCode}`];
  const outcomes = [...new Set(results.map(({ outcome, status }) => outcome ?? (status === "paused" ? "waits for a person" : status)))];
  const tookMs = results.reduce((sum, result) => sum + durationMs(result), 0);
  return [outcomes.join(", ").padEnd(20), ...(tookMs === 0 ? [] : [`executions ${Math.round(tookMs)} ms`])];
}

function durationMs({ started_at: start, ended_at: end }: ExecutionResult): number {
  return typeof start === "string" && typeof end === "string" ? Date.parse(end) - Date.parse(start) : 0;
}
