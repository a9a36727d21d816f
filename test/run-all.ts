import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/*
 * The whole gate: format, types, lint, unused code, build, package, and every test. It runs all stages even when one
 * fails, so that one run shows everything, and ends with one line that counts.
 */

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const STAGES: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: "format", command: ["oxfmt", "--check", "."] },
  { name: "types", command: ["tsc", "-p", "tsconfig.json", "--noEmit"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings", "."] },
  { name: "unused code", command: ["knip"] },
  { name: "build", command: ["tsc", "-p", "tsconfig.build.json"] },
  { name: "package", command: ["publint"] },
];

function run(command: readonly string[]): boolean {
  const [program = "", ...args] = command;
  return spawnSync(program, args, { stdio: "inherit" }).status === 0;
}

function runStage(stage: (typeof STAGES)[number]): Tally {
  process.stdout.write(`\n== ${stage.name}\n`);
  const passed = run(stage.command);
  if (!passed) process.stdout.write(`${stage.name} failed\n`);
  return passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function runTests(project: string, folder: string): Tally {
  process.stdout.write(`\n== ${project} tests\n`);
  const file = join(folder, `${project}.json`);
  const succeeded = run(["vitest", "run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`]);
  const tally = readTally(file);
  // A file that cannot even be loaded fails no test, but fails.
  return succeeded || tally.failed > 0 ? tally : { ...tally, failed: tally.failed + 1 };
}

function readTally(file: string): Tally {
  try {
    const result = JSON.parse(readFileSync(file, "utf8")) as { readonly numPassedTests: number; readonly numFailedTests: number };
    return { passed: result.numPassedTests, failed: result.numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const folder = mkdtempSync(join(tmpdir(), "tutti-test-"));
try {
  const tallies = [...STAGES.map(runStage), runTests("quick", folder), runTests("whole", folder)];
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
