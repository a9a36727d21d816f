import { expect, test } from "vitest";
import type { WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import { exportTable } from "./export-table.ts";

const WORKFLOW = {
  workflowId: "greet",
  version: 1,
  status: "failed",
  definition: { id: "greet", steps: [] },
  createdAtMs: 0,
  updatedAtMs: 0,
  createdBy: "ada",
} as const;

function failedWith(message: string): WorkflowExecutionStatus {
  const error = { kind: "tool_error", message } as const;
  return {
    executionId: "e1",
    workflowId: "greet",
    status: "failed",
    outcome: "failed",
    progress: 0,
    completedSteps: [],
    failedSteps: ["a"],
    stepCount: 1,
    completedStepCount: 0,
    parameters: {},
    targetMachines: [],
    steps: [{ id: "a", status: "failed", state: "failed", machine: "local", startedAtMs: 1_000, completedAtMs: 2_000, error }],
    waitingFor: [],
    error,
    startedAtMs: 1_000,
    completedAtMs: 2_500,
    executionTimeMs: 1_500,
  };
}

test("a table has the workflow, then each execution with its steps below it", () => {
  expect(exportTable({ workflow: WORKFLOW, executions: [failedWith("no")] }).split("\r\n")).toEqual([
    "record,workflow_id,execution_id,step_id,status,outcome,machine,started_at,completed_at,execution_time,error,definition",
    'workflow,greet,,,failed,,,1970-01-01T00:00:00.000Z,,,,"{""id"":""greet"",""steps"":[]}"',
    "execution,greet,e1,,failed,failed,,1970-01-01T00:00:01.000Z,1970-01-01T00:00:02.500Z,1500,no,",
    "step,greet,e1,a,failed,,local,1970-01-01T00:00:01.000Z,1970-01-01T00:00:02.000Z,,no,",
    "",
  ]);
});

test.each([
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["  =1", "'  =1"],
  ["\t=1", "'\t=1"],
  ["\u200b=1", "'\u200b=1"],
  ["＝1", "'＝1"],
  ['say "no", or\nnot', '"say ""no"", or\nnot"'],
  ['=1,"2"', `"'=1,""2"""`],
  ["a = b", "a = b"],
])("%j stands in a cell as %j", (message, cell) => {
  const table = exportTable({ workflow: WORKFLOW, executions: [failedWith(message)] });
  expect(table).toContain(`,1500,${cell},\r\n`);
});
