import { expect, test } from "vitest";
import { stepReport } from "../../test/support/execution-view.ts";
import type { StepReport } from "../model/execution.ts";
import type { Plan, PlanNode } from "../model/plan.ts";
import type { Effect } from "../model/workflow.ts";
import { reusableSteps } from "./reusable-steps.ts";

/** `a -> b -> c`, and `d` beside them; all change something. */
const ids = ["a", "b", "c", "d"];
const needs = [[], [0], [1], []];

function planOf(effect: Effect): Plan {
  const nodes = ids.map((id, index): PlanNode => ({
    step: { id, needs: [], action: { kind: "value", value: null } },
    phase: "main",
    needs: needs[index] ?? [],
    dependents: [],
    call: { effect, honoursKey: false },
    irreversible: false,
    critical: false,
    estimateMs: 0,
    level: index % 3,
  }));
  return {
    nodes,
    children: {},
    criticalPath: [],
    estimateMs: 0,
    parallelPaths: 1,
    resources: {},
    warnings: [],
    workflow: { id: "w", inputs: {}, errorPolicy: { mode: "fail_fast" }, steps: [], finally: [] },
  };
}

const done = { status: "completed", output: 1 } as const;
const failed = { status: "failed" } as const;

test.each<[string, Record<string, Partial<StepReport>>, string | undefined, readonly string[], readonly string[]]>([
  ["what succeeded is taken over", { a: done, b: failed, c: {}, d: done }, undefined, ["a", "d"], []],
  ["from a step on, it and what depends on it run again", { a: done, b: done, c: done, d: done }, "b", ["a", "d"], ["b", "c"]],
  [
    "what was undone runs again, and so does what depends on it",
    { a: { ...done, compensation: "completed" }, b: done, c: failed, d: done },
    undefined,
    ["d"],
    ["b"],
  ],
  ["what may not have been undone runs again", { a: done, b: failed, c: {}, d: { ...done, compensation: "failed" } }, undefined, ["a"], []],
  [
    "what was skipped on purpose stays skipped",
    { a: { status: "skipped", skippedBecause: "condition" }, b: done, c: failed, d: done },
    undefined,
    ["a", "b", "d"],
    [],
  ],
  [
    "what was not begun runs",
    { a: done, b: failed, c: { status: "skipped", skippedBecause: "stopped" }, d: { status: "cancelled" } },
    undefined,
    ["a"],
    [],
  ],
])("%s", (_name, reports, from, ...[reused, repeated]) => {
  const steps = ids.map((id) => stepReport(id, reports[id]));
  const result = reusableSteps(planOf("once"), steps, from);
  expect(result.reused.map(({ step }) => step).sort()).toEqual(reused);
  expect(result.repeated).toEqual(repeated);
});

test("that a read runs once more is not worth telling", () => {
  const steps = ids.map((id) => stepReport(id, done));
  expect(reusableSteps(planOf("read"), steps, "a").repeated).toEqual([]);
});
