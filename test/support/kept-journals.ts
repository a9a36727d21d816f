import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionEvent } from "../../src/model/event.ts";
import type { Outcome } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";

/** An execution as a released version has written it down. */
export interface KeptExecution {
  readonly executionId: string;
  readonly outcome: Outcome;
  readonly plan: Plan;
  readonly events: readonly ExecutionEvent[];
}

const FOLDER = join(import.meta.dirname, "../contract/journals");

/** The files under `test/contract/journals`, which begin with the version. */
export const KEPT_JOURNALS: readonly string[] = globSync("*/*.json", { cwd: FOLDER }).sort();

/** A root execution and its children. */
export function readKeptJournal(file: string): readonly KeptExecution[] {
  return JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as readonly KeptExecution[];
}
