import type { ExecutionView } from "../../contract/execution-report.ts";
import type { StepReport } from "../../model/execution.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span, wholeSpan } from "./span.ts";
import type { Line } from "./span.ts";

/** What a person can do next, as commands that can be typed as they stand; nothing for an execution that goes on or went well. */
export function nextSteps(view: ExecutionView, flags: string): readonly Line[] {
  const command = (verb: string, ...words: readonly string[]): Line => [
    wholeSpan(`    tutti executions ${[verb, shortId(view.executionId), ...words].join(" ")}${flags}`, "bold"),
  ];
  if (view.outcome !== undefined) return afterEnd(view, command);
  const doubts = view.steps.filter((step) => step.status === "in_doubt").flatMap((step) => doubtLines(step, command));
  const approvals = view.steps.filter((step) => step.waitingFor?.kind === "approval").flatMap((step) => approvalLines(step, command));
  const waits = [...doubts, ...approvals, ...(view.needsPerson ? view.steps.flatMap((step) => childLines(step, flags)) : [])];
  if (view.driven && !view.needsPerson) return waits;
  if (waits.length === 0)
    return [[span(view.status === "paused" ? "   It is paused. To go on:" : "   No process drives it now. To go on:")], command("resume")];
  return view.driven ? waits : [...waits, [span("   Then go on:")], command("resume")];
}

type CommandLine = (verb: string, ...words: readonly string[]) => Line;

function afterEnd(view: ExecutionView, command: CommandLine): readonly Line[] {
  return view.outcome === "completed" ? [] : [[span("   To run again what did not succeed:")], command("retry")];
}

/** When only a person can move an execution on, that is so of every workflow that it still runs. */
function childLines({ id, childId, waitingFor }: StepReport, flags: string): readonly Line[] {
  if (waitingFor?.kind !== "child" || childId === undefined) return [];
  return [
    [span(" ? ", "warn"), span(id, "bold"), span("  the workflow that it runs waits for a person. To see for what:", "warn")],
    [wholeSpan(`    tutti executions show ${shortId(childId)}${flags}`, "bold")],
  ];
}

function doubtLines(step: StepReport, command: CommandLine): readonly Line[] {
  const items = step.items?.inDoubt ?? [];
  const message = oneLine(step.error?.message ?? step.waitingFor?.message ?? "its end is not known", 300);
  // In quotes, because a shell takes brackets for a pattern.
  const call = items[0] === undefined ? step.id : `'${step.id}[${items[0]}]'`;
  const [one, which] = items.length > 1 ? ["Each", "which, one by one"] : ["It", "which"];
  return [
    [span(" ? ", "warn"), span(`${doubtfulCalls(step.id, items)}${target(step)}`, "bold"), wholeSpan(`  in doubt: ${message}`, "warn")],
    [span(`   ${one} may or may not have taken effect. Find out, then say ${which}:`)],
    command("resolve", call, `--happened --output '{"...": "..."}'`),
    command("resolve", call, "--not-happened"),
    command("resolve", call, "--fail"),
  ];
}

/** What is in doubt may be what stands in for the step's own call. */
function target(step: StepReport): string {
  const { server = step.server, tool = step.tool } = step.error ?? {};
  return server === undefined ? "" : `  ${oneLine(`${server}.${tool ?? ""}`, 80)}`;
}

const MOST_NAMED = 5;

function doubtfulCalls(id: string, items: readonly number[]): string {
  if (items.length === 0) return id;
  const named = items.slice(0, MOST_NAMED).map((item) => `${id}[${item}]`);
  return `${named.join(", ")}${items.length > MOST_NAMED ? ` and ${items.length - MOST_NAMED} more` : ""}`;
}

function approvalLines(step: StepReport, command: CommandLine): readonly Line[] {
  return [
    [
      span(" ? ", "warn"),
      span(step.id, "bold"),
      wholeSpan(`  ${oneLine(step.waitingFor?.message ?? "waits for an approval", 300)}`, "warn"),
    ],
    command("approve", step.id),
    command("approve", step.id, "--refuse"),
  ];
}
