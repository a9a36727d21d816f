import { humanDuration } from "../../base/duration.ts";
import type { StepReport } from "../../model/execution.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";

/** What a detail depends on beside the step itself. */
export interface DetailContext {
  readonly nowMs: number;
  /** Ids of steps that have ended. */
  readonly ended: ReadonlySet<string>;
  /** What the server last said about its progress. */
  readonly progress?: string | undefined;
}

/** What is worth saying about a step now, in a few words. */
export function stepDetail(step: StepReport, context: DetailContext): Line {
  switch (step.status) {
    case "completed":
      return completed(step);
    case "running":
      return running(step, context);
    case "waiting":
      return [span(waiting(step, context), "warn")];
    case "in_doubt":
      return [span(`in doubt: ${errorText(step)}`, "warn")];
    case "failed":
      return [
        span(`${errorText(step)}${step.attempts > 1 ? ` (after ${step.attempts} attempts)` : ""}`, "bad"),
        ...failedOver(step),
        ...undone(step),
      ];
    case "skipped":
      return [span(skippedText(step), "dim")];
    case "cancelled":
      return [span("not begun", "dim")];
    case "pending":
      return [span(pendingText(step, context), "dim")];
  }
}

function completed(step: StepReport): Line {
  const parts = [items(step), took(step), step.attempts > 1 && step.items === undefined ? `${step.attempts} attempts` : undefined];
  const text = parts.filter((part) => part !== undefined).join(", ");
  const how = step.degraded === "partial" ? `in part: ${errorText(step)}` : `degraded: ${step.degraded?.replace("_", " ")}`;
  const degraded = step.degraded === undefined ? [] : [span(`  ${how}`, "warn")];
  const reused = step.skippedBecause === "reused" ? [span("taken over", "dim")] : [span(text)];
  return [...reused, ...failedOver(step), ...degraded, ...undone(step)];
}

function running(step: StepReport, { nowMs, progress }: DetailContext): Line {
  const elapsed = step.startedAtMs === undefined ? undefined : humanDuration(Math.max(0, nowMs - step.startedAtMs));
  const attempt = step.attempts > 1 && step.items === undefined ? `attempt ${step.attempts}` : undefined;
  const parts = [items(step), attempt, elapsed, progress].filter((part) => part !== undefined);
  return [span(parts.join(", "), "active"), ...failedOver(step), ...undone(step)];
}

/** Which replicas could not do it, and why. */
function failedOver({ failovers = [] }: StepReport): readonly Span[] {
  const [first] = failovers;
  if (first === undefined) return [];
  const others = failovers.length > 1 ? ` and ${failovers.length - 1} more` : "";
  return [span(`  after ${oneLine(first.replica, 64)}: ${oneLine(first.message, 80)}${others}`, "warn")];
}

function waiting(step: StepReport, { nowMs }: DetailContext): string {
  const { waitingFor } = step;
  const until = waitingFor?.untilMs;
  const left = until === undefined ? undefined : humanDuration(Math.max(0, until - nowMs));
  const message = waitingFor?.message === undefined ? "" : `"${oneLine(waitingFor.message, 160)}"`;
  switch (waitingFor?.kind) {
    case "retry":
      return `attempt ${step.attempts + 1}${left === undefined ? "" : ` in ${left}`}${message === "" ? "" : `: ${message}`}`;
    case "timer":
      return until === undefined ? "waits" : `waits until ${printMoment(until)} (${left})`;
    case "approval":
      return `waits for approval: ${message}${until === undefined ? "" : ` (${left} left)`}`;
    case "limit":
      return "waits for its turn";
    case "child":
      return "waits for the workflow that it runs";
    default:
      return message === "" ? "waits" : message.slice(1, -1);
  }
}

function pendingText(step: StepReport, { ended }: DetailContext): string {
  const open = step.needs.filter((id) => !ended.has(id));
  if (open.length === 0) return "";
  const named = open.slice(0, 3).join(", ");
  return `waits for ${named}${open.length > 3 ? ` and ${open.length - 3} more` : ""}`;
}

function skippedText(step: StepReport): string {
  switch (step.skippedBecause) {
    case "condition":
      return "skipped: its condition is false";
    case "needs":
      return "skipped: what it needs did not complete";
    case "stopped":
      return "not begun: the execution was ending";
    case "reused":
      return "taken over: skipped before";
    default:
      return "skipped";
  }
}

function undone(step: StepReport): readonly Span[] {
  switch (step.compensation) {
    case "running":
      return [span("  being undone", "active")];
    case "completed":
      return [span("  undone", "dim")];
    case "failed":
      return [span("  could not be undone", "bad")];
    case "in_doubt":
      return [span("  may not be undone", "bad")];
    default:
      return [];
  }
}

function items({ items: counts }: StepReport): string | undefined {
  if (counts === undefined) return undefined;
  const failed = counts.failed > 0 ? `, ${counts.failed} failed` : "";
  return `${counts.completed} of ${counts.total}${failed}${counts.running > 1 ? `, ${counts.running} at once` : ""}`;
}

function took({ startedAtMs, completedAtMs }: StepReport): string | undefined {
  return startedAtMs === undefined || completedAtMs === undefined ? undefined : humanDuration(completedAtMs - startedAtMs);
}

/** Who said what: the server's own words. */
function errorText({ error }: StepReport): string {
  if (error === undefined) return "it failed";
  const also = error.fallback === undefined ? "" : `; its fallback failed too: ${oneLine(error.fallback.message, 300)}`;
  return `${oneLine(error.message, 300)}${also}`;
}
