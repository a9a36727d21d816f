import { humanDuration } from "../../base/duration.ts";
import type { ExecutionSummary } from "../../model/execution.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";
import type { Emphasis } from "./style.ts";

/**
 * Executions, one per line.
 *
 * @param owned - whether a process drives executions; without one, those that are under way are interrupted
 */
export function executionTable(executions: readonly ExecutionSummary[], nowMs: number, owned: boolean): readonly Line[] {
  if (executions.length === 0) return [[span("no executions", "dim")]];
  const heading: readonly Span[] = ["ID", "WORKFLOW", "STATE", "STARTED", "DURATION"].map((text) => span(text, "dim"));
  const rows = executions.map((execution): readonly Span[] => [
    span(shortId(execution.executionId)),
    span(oneLine(execution.workflowId, 40)),
    span(stateOf(execution, owned), emphasisOf(execution)),
    span(printMoment(execution.startedAtMs)),
    span(humanDuration(Math.max(0, (execution.endedAtMs ?? nowMs) - execution.startedAtMs))),
  ]);
  return tableLines([heading, ...rows]);
}

function stateOf({ outcome, status }: ExecutionSummary, owned: boolean): string {
  if (outcome !== undefined) return outcome.replaceAll("_", " ");
  return status === "paused" || owned ? status : "interrupted";
}

function emphasisOf({ outcome, status }: ExecutionSummary): Emphasis {
  if (outcome === undefined) return status === "paused" ? "warn" : "active";
  if (outcome === "completed") return "good";
  return outcome === "partial_success" || outcome === "cancelled" ? "warn" : "bad";
}
