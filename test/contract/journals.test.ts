import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newState } from "../../src/engine/execution-state.ts";
import { fold } from "../../src/engine/fold.ts";
import { reportExecution } from "../../src/engine/report.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import type { Outcome } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";

interface KeptExecution {
  readonly executionId: string;
  readonly outcome: Outcome;
  readonly plan: Plan;
  readonly events: readonly ExecutionEvent[];
}

const FOLDER = join(import.meta.dirname, "journals");
const FILES = globSync("*/*.json", { cwd: FOLDER }).sort();

test("journals of a released version are kept", () => {
  expect(FILES.length).toBeGreaterThan(10);
});

test.each(FILES)("%s, which an earlier version has written, still means the same", (file) => {
  for (const { executionId, outcome, plan, events } of JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as readonly KeptExecution[]) {
    const state = newState(plan, executionId);
    for (const event of events) fold(state, event);
    const report = reportExecution(state, 0);
    const ended = new Set<string>(["completed", "failed", "skipped", "cancelled"]);
    expect([report.outcome, report.steps.filter(({ status }) => !ended.has(status))]).toEqual([outcome, []]);
  }
});
