import type { ExecutionView } from "../../contract/execution-report.ts";
import type { StepReport } from "../../model/execution.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span } from "./span.ts";
import type { Line } from "./span.ts";

/** What a person can do next, as commands that can be typed as they stand; nothing for an execution that goes on or went well. */
export function nextSteps(view: ExecutionView, flags: string): readonly Line[] {
  const command = (verb: string, ...words: readonly string[]): Line => [
    span(`    tutti executions ${[verb, shortId(view.executionId), ...words].join(" ")}${flags}`, "bold"),
  ];
  if (view.outcome !== undefined) return afterEnd(view, command);
  const doubts = view.steps.filter((step) => step.status === "in_doubt").flatMap((step) => doubtLines(step, command));
  const approvals = view.steps.filter((step) => step.waitingFor?.kind === "approval").flatMap((step) => approvalLines(step, command));
  const waits = doubts.length + approvals.length > 0;
  if (view.driven && !view.needsPerson) return [...doubts, ...approvals];
  if (!waits)
    return [[span(view.status === "paused" ? "   It is paused. To go on:" : "   No process drives it now. To go on:")], command("resume")];
  return view.driven ? [...doubts, ...approvals] : [...doubts, ...approvals, [span("   Then go on:")], command("resume")];
}

type CommandLine = (verb: string, ...words: readonly string[]) => Line;

function afterEnd(view: ExecutionView, command: CommandLine): readonly Line[] {
  return view.outcome === "completed" ? [] : [[span("   To run again what did not succeed:")], command("retry")];
}

function doubtLines(step: StepReport, command: CommandLine): readonly Line[] {
  const subject = `${step.id}${step.server === undefined ? "" : `  ${oneLine(`${step.server}.${step.tool ?? ""}`, 80)}`}`;
  return [
    [
      span(" ? ", "warn"),
      span(subject, "bold"),
      span(`  in doubt: ${oneLine(step.error?.message ?? step.waitingFor?.message ?? "its end is not known", 300)}`, "warn"),
    ],
    [span("   It may or may not have taken effect. Find out, then say which:")],
    command("resolve", step.id, `--happened --output '{"...": "..."}'`),
    command("resolve", step.id, "--not-happened"),
    command("resolve", step.id, "--fail"),
  ];
}

function approvalLines(step: StepReport, command: CommandLine): readonly Line[] {
  return [
    [span(" ? ", "warn"), span(step.id, "bold"), span(`  ${oneLine(step.waitingFor?.message ?? "waits for an approval", 300)}`, "warn")],
    command("approve", step.id),
    command("approve", step.id, "--refuse"),
  ];
}
