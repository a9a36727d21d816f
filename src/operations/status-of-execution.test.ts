import { describe, expect, test } from "vitest";
import type { ExecutionReport, StepReport } from "../model/execution.ts";
import { executionView, stepReport } from "../../test/support/execution-view.ts";
import { statusOfExecution } from "./status-of-execution.ts";

function reportWith(steps: readonly Partial<StepReport>[], more: Partial<ExecutionReport> = {}): ExecutionReport {
  return executionView(
    steps.map((step) => stepReport("a", step)),
    more,
  );
}

describe("progress", () => {
  test.each<readonly [string, ExecutionReport, number]>([
    ["is 0 when nothing has ended", reportWith([{ status: "running" }, {}]), 0],
    ["counts what has ended, with success or not", reportWith([{ status: "completed" }, { status: "failed" }, {}, {}]), 50],
    [
      "counts what was skipped on purpose, and not what was stopped",
      reportWith([{ status: "skipped" }, { status: "skipped", skippedBecause: "stopped" }]),
      50,
    ],
    ["counts items", reportWith([{ status: "running", items: { total: 10, completed: 2, failed: 1, running: 7 } }]), 30],
    ["is below 100 until all is over", reportWith([{ status: "completed" }]), 99],
    ["is 100 when it has completed", reportWith([{ status: "completed" }], { status: "completed", outcome: "completed" }), 100],
    [
      "stays where it was when the rest was cancelled",
      reportWith([{ status: "completed" }, { status: "cancelled" }], { status: "failed", outcome: "failed" }),
      50,
    ],
    ["is 0 of nothing that failed", reportWith([], { status: "failed", outcome: "cancelled" }), 0],
  ])("%s", (_, report, expected) => {
    expect(statusOfExecution(report, undefined, 5_000).progress).toBe(expected);
  });
});

test.each<readonly [Partial<StepReport>, string]>([
  [{ status: "pending" }, "pending"],
  [{ status: "waiting" }, "pending"],
  [{ status: "waiting", startedAtMs: 1 }, "running"],
  [{ status: "running" }, "running"],
  [{ status: "in_doubt" }, "running"],
  [{ status: "completed" }, "completed"],
  [{ status: "failed" }, "failed"],
  [{ status: "skipped" }, "skipped"],
  [{ status: "cancelled" }, "skipped"],
])("a step that is %j is documented as %s", (step, expected) => {
  expect(statusOfExecution(reportWith([step]), undefined, 5_000).steps[0]).toMatchObject({ status: expected, state: step.status });
});

describe("what it waits for", () => {
  const answersOf = (report: ExecutionReport): readonly unknown[] =>
    statusOfExecution(report, undefined, 5_000).waitingFor.map(({ step, kind, answer = "" }) => [step, kind, answer.split(/[ :]/)[0]]);

  test("names the step and how to answer", () => {
    const steps: Partial<StepReport>[] = [
      { id: "a", status: "waiting", waitingFor: { kind: "approval", message: "ok?" } },
      { id: "b", status: "in_doubt", waitingFor: { kind: "person" } },
      { id: "c", status: "waiting", waitingFor: { kind: "timer", untilMs: 9_000 } },
    ];
    expect(answersOf(reportWith(steps))).toEqual([
      ["a", "approval", "approve_execution"],
      ["b", "person", "find"],
      ["c", "timer", ""],
    ]);
  });

  test("is a person, when somebody has paused it", () => {
    const waiting: Partial<StepReport> = { status: "waiting", waitingFor: { kind: "person", message: "the execution is paused" } };
    expect(answersOf(reportWith([waiting], { status: "paused", needsPerson: true }))[0]).toEqual([undefined, "person", "resume_execution"]);
  });

  test("is nothing, when it has ended", () => {
    const step: Partial<StepReport> = { status: "waiting", waitingFor: { kind: "approval" } };
    expect(answersOf(reportWith([step], { status: "failed", outcome: "cancelled" }))).toEqual([]);
  });
});

test("steps are told of as they were written, and what is answered is the gate", () => {
  const steps = [
    stepReport("a", { status: "completed", startedAtMs: 0, completedAtMs: 1 }),
    stepReport("a--validation", {
      status: "waiting",
      startedAtMs: 1,
      waitingFor: { kind: "approval", message: "Right?" },
      gate: { of: "a", kind: "validation", wants: "manual-review" },
    }),
    stepReport("b", { needs: ["a", "a--validation"] }),
  ];
  expect(statusOfExecution(executionView(steps, { status: "paused", needsPerson: true }), undefined, 5_000)).toMatchObject({
    status: "paused",
    progress: 0,
    currentStep: "a",
    completedSteps: [],
    stepCount: 2,
    steps: [
      { id: "a", status: "running", state: "waiting", startedAtMs: 0 },
      { id: "b", status: "pending" },
    ],
    waitingFor: [{ step: "a--validation", kind: "approval", message: "Right?" }],
  });
});
