import type { StepProgress, WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import type { GetWorkflowOutput } from "../contract/get-workflow.ts";

const COLUMNS = [
  "record",
  "workflow_id",
  "execution_id",
  "step_id",
  "status",
  "outcome",
  "machine",
  "started_at",
  "completed_at",
  "execution_time",
  "error",
  "definition",
] as const;

type Row = { readonly [Column in (typeof COLUMNS)[number]]?: string | number | undefined };

/** What an export holds. */
export interface WorkflowWithExecutions {
  readonly workflow: GetWorkflowOutput;
  readonly executions: readonly WorkflowExecutionStatus[];
}

/** An export as lines of cells (RFC 4180): the workflow, then each execution with its steps below it. */
export function exportTable({ workflow, executions }: WorkflowWithExecutions): string {
  const { workflowId, status, createdAtMs, definition } = workflow;
  const first: Row = {
    record: "workflow",
    workflow_id: workflowId,
    status,
    started_at: moment(createdAtMs),
    definition: JSON.stringify(definition),
  };
  const rows = [
    first,
    ...executions.flatMap((execution) => [executionRow(execution), ...execution.steps.map((step) => stepRow(execution, step))]),
  ];
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(","));
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

function executionRow({
  executionId,
  workflowId,
  status,
  outcome,
  startedAtMs,
  completedAtMs,
  executionTimeMs,
  error,
}: WorkflowExecutionStatus): Row {
  return {
    record: "execution",
    workflow_id: workflowId,
    execution_id: executionId,
    status,
    outcome,
    started_at: moment(startedAtMs),
    completed_at: moment(completedAtMs),
    execution_time: executionTimeMs,
    error: error?.message,
  };
}

function stepRow(
  { executionId, workflowId }: WorkflowExecutionStatus,
  { id, status, machine, startedAtMs, completedAtMs, error }: StepProgress,
): Row {
  return {
    record: "step",
    workflow_id: workflowId,
    execution_id: executionId,
    step_id: id,
    status,
    machine,
    started_at: moment(startedAtMs),
    completed_at: moment(completedAtMs),
    error: error?.message,
  };
}

function moment(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** What a spreadsheet would take for a formula is made text: errors come from servers, and may say anything. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[\s\p{C}]*[=+\-@|＝＋－＠]/u.test(value) || /^[\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
