import type { AggregatedResults } from "../../contract/aggregate-task-results.ts";
import type { TaskDistribution } from "../../contract/distribute-task.ts";
import type { TaskExecutionStatus } from "../../contract/get-task-status.ts";
import type { TaskStatus } from "../../contract/get-workflow-status.ts";
import type { Emphasis } from "./style.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";

/** Where the tasks of a group went. */
export function distributionLines({ taskGroupId, executionStrategy, tasks }: TaskDistribution): readonly Line[] {
  return [
    [span(taskGroupId, "bold"), span(`  ${executionStrategy}`, "dim")],
    ...tableLines(
      tasks.map(({ taskId, machineId, status }) => [statusSpan(status), span(machineId, "bold"), span(taskId, "dim")]),
      "  ",
    ),
  ];
}

/** How tasks are, machine by machine. */
export function taskStatusLines({ taskId, status, progress, perMachine }: TaskExecutionStatus): readonly Line[] {
  const rows = perMachine.map((task) => [
    statusSpan(task.status, task.inDoubt),
    span(task.machineId, "bold"),
    span(`${task.attempts} ${task.attempts === 1 ? "attempt" : "attempts"}`, "dim"),
    span(oneLine([...moved(task.movedFrom), ...(task.error === undefined ? [] : [task.error.message])].join(": "), 400)),
  ]);
  return [[span(taskId, "bold"), span("  "), statusSpan(status), span(`  ${progress} %`, "dim")], ...tableLines(rows, "  ")];
}

/** What came of the tasks of a group. */
export function resultLines({ taskGroupId, status, results }: AggregatedResults): readonly Line[] {
  const rows = results.map(({ machineId, status: each, inDoubt, result, error }) => [
    statusSpan(each, inDoubt),
    span(machineId, "bold"),
    span(oneLine(error?.message ?? (result === undefined ? "" : JSON.stringify(result)), 400)),
  ]);
  return [[span(taskGroupId, "bold"), span("  "), statusSpan(status)], ...tableLines(rows, "  ")];
}

function moved(from: readonly string[]): readonly string[] {
  return from.length === 0 ? [] : [`moved from ${from.join(", ")}`];
}

const EMPHASIS: Readonly<Record<TaskStatus, Emphasis>> = {
  pending: "dim",
  running: "warn",
  completed: "good",
  failed: "bad",
  skipped: "dim",
};

function statusSpan(status: TaskStatus, inDoubt: boolean = false): Span {
  return inDoubt ? span("in doubt", "bad") : span(status, EMPHASIS[status]);
}
