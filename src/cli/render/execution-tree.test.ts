import { expect, test } from "vitest";
import { executionView, stepReport } from "../../../test/support/execution-view.ts";
import type { StepReport } from "../../model/execution.ts";
import { executionTree } from "./execution-tree.ts";
import { printLines } from "./span.ts";
import { plain } from "./style.ts";

function draw(
  steps: readonly StepReport[],
  options: { readonly rows?: number; readonly columns?: number; readonly frame?: number } = {},
): string {
  const { columns, ...rest } = options;
  return printLines(executionTree(executionView(steps), { nowMs: 2_100, ...rest }), { style: plain, columns });
}

test("an execution under way is a tree with what each step does now", () => {
  const steps = [
    stepReport("list", { status: "completed", server: "files", tool: "list_directory", startedAtMs: 0, completedAtMs: 41, attempts: 1 }),
    stepReport("read", {
      status: "running",
      server: "files",
      tool: "read_text_file",
      startedAtMs: 50,
      items: { total: 12, completed: 3, failed: 0, running: 5 },
    }),
    stepReport("store", {
      status: "waiting",
      server: "memory",
      tool: "create_entities",
      attempts: 1,
      waitingFor: { kind: "retry", untilMs: 2_900, message: "database is locked" },
    }),
    stepReport("charge", {
      status: "in_doubt",
      server: "pay",
      tool: "charge",
      error: { kind: "connection", message: "the connection was lost" },
    }),
    stepReport("label", { status: "skipped", skippedBecause: "condition" }),
    stepReport("write", { needs: ["list", "store"] }),
  ];
  expect(draw(steps, { frame: 1 })).toBe(
    [
      "digest  0193f2c7-89ab  2 of 6 steps  2.1 s",
      " ✔ list       files.list_directory    41 ms",
      " ⠙ read [12]  files.read_text_file    3 of 12, 5 at once, 2.0 s",
      ' ◷ store      memory.create_entities  attempt 2 in 800 ms: "database is locked"',
      " ? charge     pay.charge              in doubt: the connection was lost",
      " - label                              skipped: its condition is false",
      " · write                              waits for store",
      "",
    ].join("\n"),
  );
});

test.each<[string, Partial<StepReport>, string]>([
  ["an approval", { status: "waiting", waitingFor: { kind: "approval", message: "Ship?" } }, 'waits for approval: "Ship?"'],
  [
    "an approval with a limit",
    { status: "waiting", waitingFor: { kind: "approval", message: "Ship?", untilMs: 62_100 } },
    'waits for approval: "Ship?" (1 min left)',
  ],
  ["a turn", { status: "waiting", waitingFor: { kind: "limit" } }, "waits for its turn"],
  ["a pause", { status: "waiting", waitingFor: { kind: "person", message: "the execution is paused" } }, "the execution is paused"],
  ["a failure", { status: "failed", attempts: 3, error: { kind: "timeout", message: "no answer" } }, "no answer (after 3 attempts)"],
  ["a compensated step", { status: "completed", startedAtMs: 0, completedAtMs: 5, compensation: "completed" }, "5 ms  undone"],
  ["a failed compensation", { status: "completed", startedAtMs: 0, completedAtMs: 5, compensation: "failed" }, "5 ms  could not be undone"],
  ["a degraded step", { status: "completed", startedAtMs: 0, completedAtMs: 5, degraded: "stale_cache" }, "5 ms  degraded: stale cache"],
  ["a repeated step", { status: "completed", startedAtMs: 0, completedAtMs: 5, attempts: 2 }, "5 ms, 2 attempts"],
  ["a step taken over", { status: "completed", skippedBecause: "reused" }, "taken over"],
  ["failed items", { status: "running", items: { total: 9, completed: 2, failed: 1, running: 1 } }, "2 of 9, 1 failed"],
  ["many needs", { needs: ["a", "b", "c", "d", "e"] }, "waits for a, b, c and 2 more"],
  [
    "an error that paints",
    { status: "failed", attempts: 1, error: { kind: "tool_error", message: "\u001b[2Jgone\nnext" } },
    "[2Jgone next",
  ],
])("%s", (_name, details, detail) => {
  const [, line = ""] = draw([stepReport("x", details)]).split("\n");
  expect(line.replace(/^ . x( \[9\])?\s+/, "")).toBe(detail);
});

test("a line is as wide as the terminal at most", () => {
  const steps = [stepReport("x", { status: "failed", attempts: 1, error: { kind: "tool_error", message: "世".repeat(100) } })];
  expect(draw(steps, { columns: 20 }).split("\n")[1]).toBe(" ✖ x    世世世世世…");
});

test("when there is not room for all, what matters now is shown", () => {
  const steps = [
    ...Array.from({ length: 50 }, (_, index) => stepReport(`done_${index}`, { status: "completed" })),
    stepReport("bad", { status: "failed", attempts: 1, error: { kind: "timeout", message: "late" } }),
    stepReport("now", { status: "running", startedAtMs: 0 }),
    ...Array.from({ length: 50 }, (_, index) => stepReport(`later_${index}`)),
  ];
  expect(draw(steps, { rows: 6 }).split("\n")).toEqual([
    "digest  0193f2c7-89ab  51 of 102 steps  2.1 s",
    " ✔ done_48",
    " ✔ done_49",
    " ✖ bad        late",
    " ▶ now        2.1 s",
    "   … and 48 completed, 50 pending",
    "",
  ]);
});

test("a call that went on to another replica says from which, and why", () => {
  const charge = { server: "payments", tool: "charge", startedAtMs: 0, completedAtMs: 41, attempts: 1, replica: "b" };
  const lost = { replica: "a", kind: "connection", message: "connection lost" } as const;
  const steps = [
    stepReport("charge", { ...charge, status: "completed", failovers: [lost] }),
    stepReport("again", { ...charge, status: "running", failovers: [lost, lost, lost] }),
  ];
  expect(draw(steps).split("\n").slice(1)).toEqual([
    " ✔ charge  payments#b.charge  41 ms  after a: connection lost",
    " ▶ again   payments#b.charge  2.1 s  after a: connection lost and 2 more",
    "",
  ]);
});
