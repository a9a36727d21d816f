import { humanDuration } from "../../base/duration.ts";
import type { ExecutionView } from "../../contract/execution-report.ts";
import { executionResult } from "./execution-result.ts";
import { executionTree } from "./execution-tree.ts";
import { metricsTable } from "./metrics-table.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";

/** What happened, what is waited for and what to do next, on one screen. */
export function executionStory(
  view: ExecutionView,
  options: { readonly nowMs: number; readonly flags: string; readonly rows?: number; readonly metrics?: boolean },
): readonly Line[] {
  const { nowMs, flags, rows, metrics = false } = options;
  return [
    ...tableLines(facts(view, nowMs)),
    [],
    ...executionTree(view, { nowMs, ...(rows === undefined ? {} : { rows }) }),
    [],
    ...(metrics ? [...metricsTable(view.metrics), []] : []),
    ...executionResult(view, flags),
  ];
}

function facts(view: ExecutionView, nowMs: number): readonly (readonly Span[])[] {
  const inputs = oneLine(JSON.stringify(view.inputs), 200);
  const name = view.workflowName === undefined ? view.workflowId : `${view.workflowId}  ${view.workflowName}`;
  const ago = `${printMoment(view.startedAtMs)} (${humanDuration(Math.max(0, nowMs - view.startedAtMs))} ago)`;
  return [
    [span("workflow", "dim"), span(oneLine(name))],
    [span("execution", "dim"), span(view.executionId)],
    [span("started", "dim"), span(ago)],
    ...(view.endedAtMs === undefined ? [] : [[span("ended", "dim"), span(printMoment(view.endedAtMs))]]),
    ...(inputs === "{}" ? [] : [[span("inputs", "dim"), span(inputs)]]),
    ...(view.retryOf === undefined ? [] : [[span("retry of", "dim"), span(view.retryOf)]]),
    ...(view.parent === undefined ? [] : [[span("run by", "dim"), span(`step ${view.parent.call.step} of ${view.parent.executionId}`)]]),
  ];
}
