import { resolve } from "node:path";
import { findExamples } from "./runner/example.ts";
import { readExampleCommand } from "./runner/example-command.ts";
import { runAllExamples } from "./runner/run-all-examples.ts";
import { runExample } from "./runner/run-example.ts";

/*
 * `npm run example -- NAME` runs one example, `npm run examples` all of them. Exit codes are those of `tutti run`, 64 for
 * words that are not understood, and 1 when one of all did not end as it should.
 */

const root = resolve(import.meta.dirname, "..");

try {
  const command = readExampleCommand(process.argv.slice(2));
  const examples = findExamples(root);
  if (command.name === undefined) {
    process.exitCode = (await runAllExamples(examples, root)) === 0 ? 0 : 1;
  } else {
    const example = examples.find(({ name }) => name === command.name);
    if (example === undefined) throw new Error(`there is no example "${command.name}": ${examples.map(({ name }) => name).join(", ")}`);
    const { exitCode } = await runExample(example, root, command, true);
    process.exitCode = exitCode;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 64;
}
