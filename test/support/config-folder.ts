import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Config } from "../../src/main/config.ts";
import { isTuttiError } from "../../src/model/errors.ts";

/** A folder with these files, gone after the test. */
export function folderWith(files: Readonly<Record<string, string | undefined>>): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "tutti-config-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text ?? "");
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** Every problem of a configuration, with its place. */
export function problemsOf(load: () => Config): readonly string[] {
  try {
    return load().warnings.map((problem) => `warning ${problem.file}:${problem.line}:${problem.column}: ${problem.message}`);
  } catch (error) {
    if (!isTuttiError(error, "config.invalid")) throw error;
    return error.details.problems.map((problem) => `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`);
  }
}
