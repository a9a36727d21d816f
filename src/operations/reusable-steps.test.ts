import { expect, test } from "vitest";
import { stepReport } from "../../test/support/execution-view.ts";
import type { StepReport } from "../model/execution.ts";
import type { Plan, PlanNode } from "../model/plan.ts";
import type { Effect } from "../model/workflow.ts";
import { reusableSteps } from "./reusable-steps.ts";

/** `a -> b -> c`, and `d` beside them; all change something. */
const ids = ["a", "b", "c", "d"];
const needs = [[], [0], [1], []];
const dependents = [[1], [2], [], []];

function planOf(effect: Effect): Plan {
  const nodes = ids.map((id, index): PlanNode => ({
    step: { id, needs: [], action: { kind: "value", value: null } },
    phase: "main",
    needs: needs[index] ?? [],
    dependents: dependents[index] ?? [],
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

const missing = { kind: "tool_error", message: "1 of 3 shards did not answer" } as const;
const part = { ...done, degraded: "partial", error: missing } as const;

test.each<[string, Effect, Record<string, Partial<StepReport>>, readonly string[], readonly string[]]>([
  ["what gave a part runs again, and what depends on it", "idempotent", { a: done, b: part, c: done, d: done }, ["a", "d"], ["b", "c"]],
  ["what acts each time is not done again for its missing part", "once", { a: done, b: part, c: failed, d: done }, ["a", "b", "d"], []],
  ["items that failed are a missing part", "read", { a: done, b: { ...done, items: items(1) }, c: done, d: done }, ["a", "d"], []],
  [
    "items that all succeeded are the whole",
    "read",
    { a: done, b: { ...done, items: items(0) }, c: done, d: done },
    ["a", "b", "c", "d"],
    [],
  ],
])("%s", (_name, effect, reports, ...[reused, repeated]) => {
  const steps = ids.map((id) => stepReport(id, reports[id]));
  const result = reusableSteps(planOf(effect), steps);
  expect(result.reused.map(({ step }) => step).sort()).toEqual(reused);
  expect(result.repeated).toEqual(repeated);
});

function items(failedItems: number): NonNullable<StepReport["items"]> {
  return { total: 3, completed: 3 - failedItems, failed: failedItems, running: 0 };
}

test("what gave a part is not asked again when something that acts each time was done with it, unless that was undone", () => {
  const plan = planOf("once");
  const reading = {
    ...plan,
    nodes: plan.nodes.map((node) => (node.step.id === "c" ? node : { ...node, call: { effect: "read", honoursKey: false } as const })),
  };
  const reusedWith = (c: Partial<StepReport>): readonly string[] =>
    reusableSteps(reading, [stepReport("a", part), stepReport("b", done), stepReport("c", c), stepReport("d", done)])
      .reused.map(({ step }) => step)
      .sort();
  expect(reusedWith(done)).toEqual(["a", "b", "c", "d"]);
  expect(reusedWith({ ...done, compensation: "completed" })).toEqual(["d"]);
  expect(reusedWith(failed)).toEqual(["d"]);
});

test("what is taken over stays what it was", () => {
  const steps = [stepReport("a", part), stepReport("b", { ...done, degraded: "fallback" }), stepReport("c", { ...done, items: items(2) })];
  expect(reusableSteps(planOf("once"), steps).reused).toEqual([
    { step: "a", output: 1, degraded: "partial", error: missing },
    { step: "b", output: 1, degraded: "fallback" },
    { step: "c", output: 1, degraded: "partial", error: { kind: "tool_error", message: "2 of 3 items failed" } },
  ]);
});

test("that a read runs once more is not worth telling", () => {
  const steps = ids.map((id) => stepReport(id, done));
  expect(reusableSteps(planOf("read"), steps, "a").repeated).toEqual([]);
});
