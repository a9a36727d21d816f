import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface AfterRunModule {
  readonly afterRun: (settings: { folder: string; out: string; result: unknown }) => Promise<readonly string[]>;
}

/** Does what the runner of the examples does after a run: makes files of the output. */
export async function runAfter(
  clone: string,
  example: string,
  result: unknown,
): Promise<{ readonly lines: readonly string[]; readonly out: string }> {
  const folder = join(clone, "examples", example);
  const out = join(folder, "out");
  mkdirSync(out, { recursive: true });
  const { afterRun } = (await import(pathToFileURL(join(folder, "after-run.ts")).href)) as AfterRunModule;
  return { lines: await afterRun({ folder, out, result }), out };
}
