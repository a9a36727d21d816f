import { expect, test } from "vitest";
import { stepReport } from "../../test/support/execution-view.ts";
import { documentedSteps } from "./documented-steps.ts";
import type { StepReport } from "./execution.ts";

const before = { of: "x", kind: "enforcement", wants: "code-review" } as const;
const behind = { of: "x", kind: "validation", wants: "manual-review" } as const;
const error = { kind: "approval", message: "the approval was refused" } as const;
const waiting = { status: "waiting", waitingFor: { kind: "approval", message: "Sure?" } } as const;
const done = { status: "completed", startedAtMs: 20, completedAtMs: 30, output: { n: 1 } } as const;
const passed = { status: "completed", startedAtMs: 10, completedAtMs: 15 } as const;

type Parts = Readonly<Partial<Record<"before" | "step" | "behind", Partial<StepReport>>>>;

/** A step with both gates, and one that needs it. */
function folded(parts: Parts): readonly StepReport[] {
  return documentedSteps([
    stepReport("x--enforcement", { ...parts.before, gate: before }),
    stepReport("x", { needs: ["x--enforcement"], ...parts.step }),
    stepReport("x--validation", { needs: ["x"], ...parts.behind, gate: behind }),
    stepReport("y", { needs: ["x", "x--validation"] }),
  ]);
}

const refused = { status: "failed", error, completedAtMs: 50 } as const;
const byGate = { status: "skipped", skippedBecause: "needs" } as const;
const byCondition = { status: "skipped", skippedBecause: "condition" } as const;

test.each<[string, Parts, Partial<StepReport>]>([
  ["has not begun before its gate has", {}, { status: "pending" }],
  ["waits with its gate", { before: { ...waiting, startedAtMs: 10 } }, { ...waiting, startedAtMs: 10 }],
  [
    "is running while it is found out what must hold before it",
    { before: { status: "running", startedAtMs: 10 } },
    { status: "running", startedAtMs: 10 },
  ],
  [
    "has failed when its gate did, at that time",
    { before: { ...refused, startedAtMs: 10 }, step: byGate, behind: byGate },
    { ...refused, startedAtMs: 10 },
  ],
  ["is running between its gate and its begin", { before: passed }, { status: "running", startedAtMs: 10 }],
  ["is skipped when its condition says so", { before: byCondition, step: byCondition, behind: byCondition }, byCondition],
  ["has failed by itself", { before: passed, step: refused }, { ...refused, startedAtMs: 10 }],
  ["is not done before it is accepted", { before: passed, step: done }, { status: "running", startedAtMs: 10 }],
  ["waits to be accepted", { before: passed, step: done, behind: waiting }, { ...waiting, startedAtMs: 10 }],
  [
    "is done when it was accepted, at that time",
    { before: passed, step: done, behind: { status: "completed", completedAtMs: 50 } },
    { status: "completed", startedAtMs: 10, completedAtMs: 50, output: { n: 1 } },
  ],
  [
    "has failed and given nothing when it was refused",
    { before: passed, step: { ...done, compensation: "completed" }, behind: refused },
    { ...refused, startedAtMs: 10, compensation: "completed" },
  ],
  [
    "is cancelled when nobody could accept it any more",
    { before: passed, step: done, behind: { status: "cancelled" } },
    { status: "cancelled", startedAtMs: 10 },
  ],
])("a step %s", (_, parts, expected) => {
  expect(folded(parts)).toEqual([stepReport("x", expected), stepReport("y", { needs: ["x"] })]);
});

test("steps without gates are what they were", () => {
  const steps = [stepReport("a", done), stepReport("b", { needs: ["a"], status: "failed", error })];
  expect(documentedSteps(steps)).toEqual(steps);
});
