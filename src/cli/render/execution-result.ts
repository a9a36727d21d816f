import { humanDuration } from "../../base/duration.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Json } from "../../base/json.ts";
import type { ExecutionView } from "../../contract/execution-report.ts";
import type { Leftover, Outcome } from "../../model/execution.ts";
import { nextSteps } from "./next-steps.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span, wholeSpan } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";
import type { Emphasis } from "./style.ts";

/** How an execution ended, or why it stands still, with its output and what a person can do next. */
export function executionResult(view: ExecutionView, flags: string): readonly Line[] {
  const rows = [...errorRows(view), ...leftoverRows(view.leftovers), ...outputRows(view)];
  const more: readonly Span[] = [span("more", "dim"), wholeSpan(`tutti executions show ${shortId(view.executionId)}${flags}`)];
  return [verdict(view), ...tableLines([...rows, more], "  "), ...nextSteps(view, flags)];
}

const VERDICTS: Readonly<Record<Outcome, readonly [string, Emphasis]>> = {
  completed: ["completed", "good"],
  partial_success: ["partial success", "warn"],
  validation_failed: ["validation failed", "bad"],
  failed: ["failed", "bad"],
  failed_with_rollback: ["failed, and rolled back", "bad"],
  rollback_failed: ["failed, and not everything could be undone", "bad"],
  cancelled: ["cancelled", "warn"],
};

function verdict(view: ExecutionView): Line {
  const [words, emphasis]: readonly [string, Emphasis] = view.outcome === undefined ? [standing(view), "warn"] : VERDICTS[view.outcome];
  const { calls, retries, durationMs, criticalPathMs, parallelEfficiency } = view.metrics;
  const counts = `${count(calls, "call", "calls")}${retries > 0 ? `, ${count(retries, "retry", "retries")}` : ""}`;
  const critical = `critical path ${humanDuration(criticalPathMs)} (${Math.round(parallelEfficiency * 100)} %)`;
  return [
    span(words, emphasis),
    span(` ${view.outcome === undefined ? "after" : "in"} ${humanDuration(durationMs)}   ${counts}   `),
    ...(view.outcome === undefined ? [] : [span(critical, "dim")]),
  ];
}

function standing(view: ExecutionView): string {
  if (view.needsPerson) return "stands still until a person moves it on";
  if (view.driven) return "runs";
  return view.status === "paused" ? "paused" : "interrupted";
}

function count(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

/** An error that belongs to no step says itself; those of steps stand with their steps. */
function errorRows(view: ExecutionView): readonly (readonly Span[])[] {
  const { error } = view;
  if (error === undefined || view.outcome === "completed") return [];
  const attempt = error.attempt === undefined ? "" : `, attempt ${error.attempt}`;
  const where = error.server === undefined ? "" : `${oneLine(`${error.server}.${error.tool ?? ""}`, 80)}${attempt}: `;
  return [[span("error", "bad"), wholeSpan(`${where}${oneLine(error.message)}`)]];
}

const REASONS: Readonly<Record<Leftover["reason"], string>> = {
  not_compensatable: "it changed something and declares no compensation",
  compensation_failed: "its compensation failed",
  in_doubt: "it is not known whether it was undone",
};

function leftoverRows(leftovers: readonly Leftover[]): readonly (readonly Span[])[] {
  return leftovers.map((leftover) => {
    const call = leftover.item === undefined ? leftover.step : `${leftover.step}[${leftover.item}]`;
    const error = leftover.error === undefined ? "" : `: ${oneLine(leftover.error.message, 200)}`;
    return [span("still stands", "warn"), wholeSpan(`${call}: ${REASONS[leftover.reason]}${error}`)];
  });
}

const LONGEST_VALUE = 200;
const MOST_VALUES = 20;

function outputRows({ output }: ExecutionView): readonly (readonly Span[])[] {
  if (output === null) return [];
  if (!isJsonObject(output)) return [[span("output", "dim"), span(printValue(output))]];
  const members = Object.entries(output);
  const rows = members.slice(0, MOST_VALUES).map(([name, value]) => [span(oneLine(name, 40), "dim"), span(printValue(value))]);
  return members.length > MOST_VALUES ? [...rows, [span("…", "dim"), span(`${members.length - MOST_VALUES} more`, "dim")]] : rows;
}

function printValue(value: Json): string {
  return oneLine(typeof value === "string" ? value : JSON.stringify(value), LONGEST_VALUE);
}
