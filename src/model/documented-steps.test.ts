import { expect, test } from "vitest";
import { stepReport } from "../../test/support/execution-view.ts";
import { documentedSteps } from "./documented-steps.ts";
import type { StepReport } from "./execution.ts";

const before = { of: "x", kind: "enforcement" } as const;
const behind = { of: "x", kind: "validation" } as const;
const error = { kind: "approval", message: "the approval was refused" } as const;
const waiting = { status: "waiting", waitingFor: { kind: "approval", message: "Sure?" } } as const;
const done = { status: "completed", startedAtMs: 20, completedAtMs: 30, output: { n: 1 } } as const;
const passed = { status: "completed", startedAtMs: 10, completedAtMs: 15 } as const;

/** A step with both gates, and one that needs it. */
function folded(gate: Partial<StepReport>, step: Partial<StepReport>, validation: Partial<StepReport>): readonly StepReport[] {
  return documentedSteps([
    stepReport("x--enforcement", { ...gate, gate: before }),
    stepReport("x", { needs: ["x--enforcement"], ...step }),
    stepReport("x--validation", { needs: ["x"], ...validation, gate: behind }),
    stepReport("y", { needs: ["x", "x--validation"] }),
  ]);
}

test.each<[string, Partial<StepReport>, Partial<StepReport>, Partial<StepReport>, Partial<StepReport>]>([
  ["has not begun before its gate has", {}, {}, {}, { status: "pending" }],
  ["waits with its gate", { ...waiting, startedAtMs: 10 }, {}, {}, { ...waiting, startedAtMs: 10 }],
  [
    "is running while what must hold before it is found out",
    { status: "running", startedAtMs: 10 },
    {},
    {},
    { status: "running", startedAtMs: 10 },
  ],
  [
    "has failed when its gate did, at that time",
    { status: "failed", error, startedAtMs: 10, completedAtMs: 12 },
    { status: "skipped", skippedBecause: "needs" },
    { status: "skipped", skippedBecause: "needs" },
    { status: "failed", error, startedAtMs: 10, completedAtMs: 12 },
  ],
  ["is pending between its gate and its begin", passed, {}, {}, { status: "pending", startedAtMs: 10 }],
  [
    "is skipped when its condition says so",
    { status: "skipped", skippedBecause: "condition" },
    { status: "skipped", skippedBecause: "condition" },
    { status: "skipped", skippedBecause: "condition" },
    { status: "skipped", skippedBecause: "condition" },
  ],
  [
    "has failed by itself",
    passed,
    { status: "failed", error, completedAtMs: 25 },
    {},
    { status: "failed", error, startedAtMs: 10, completedAtMs: 25 },
  ],
  ["is not done before it is accepted", passed, done, {}, { status: "running", startedAtMs: 10 }],
  ["waits to be accepted", passed, done, waiting, { ...waiting, startedAtMs: 10 }],
  [
    "is done when it was accepted, at that time",
    passed,
    done,
    { status: "completed", completedAtMs: 50 },
    { status: "completed", startedAtMs: 10, completedAtMs: 50, output: { n: 1 } },
  ],
  [
    "has failed and given nothing when it was refused",
    passed,
    { ...done, compensation: "completed" },
    { status: "failed", error, completedAtMs: 50 },
    { status: "failed", error, startedAtMs: 10, completedAtMs: 50, compensation: "completed" },
  ],
  ["is cancelled when nobody could accept it any more", passed, done, { status: "cancelled" }, { status: "cancelled", startedAtMs: 10 }],
])("a step %s", (_, gate, step, validation, expected) => {
  expect(folded(gate, step, validation)).toEqual([stepReport("x", expected), stepReport("y", { needs: ["x"] })]);
});

test("steps without gates are what they were", () => {
  const steps = [stepReport("a", done), stepReport("b", { needs: ["a"], status: "failed", error })];
  expect(documentedSteps(steps)).toEqual(steps);
});
