import { defined } from "../base/defined.ts";
import type { AwaitedStep, StepProgress, TaskStatus, WorkflowExecutionStatus } from "../contract/get-workflow-status.ts";
import { documentedSteps } from "../model/documented-steps.ts";
import type { ExecutionReport, StepReport } from "../model/execution.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { Plan, PlanNode } from "../model/plan.ts";

/** What a report says of an execution, in the words that are documented for the tools. */
export function statusOfExecution(report: ExecutionReport, plan: Plan | undefined, nowMs: number): WorkflowExecutionStatus {
  const { endedAtMs, startedAtMs, outcome, output } = report;
  // Answers are for a gate by its own id, so that none can reach another one; all else is told of the steps as they were written.
  const steps = documentedSteps(report.steps);
  const completedSteps = idsOf(steps, (step) => step.status === "completed");
  const current = steps.find(({ status }) => status === "running" || status === "waiting" || status === "in_doubt");
  return {
    executionId: report.executionId,
    workflowId: report.workflowId,
    status: report.status,
    progress: progressOf(report.status, steps),
    completedSteps,
    failedSteps: idsOf(steps, (step) => step.status === "failed"),
    stepCount: steps.length,
    completedStepCount: completedSteps.length,
    parameters: report.inputs,
    targetMachines: targetMachines(plan),
    steps: steps.map(stepProgress),
    waitingFor: outcome === undefined ? awaited(report) : [],
    startedAtMs,
    executionTimeMs: Math.max(0, (endedAtMs ?? nowMs) - startedAtMs),
    ...(outcome !== undefined && output !== null ? { output } : {}),
    ...defined({
      outcome,
      currentStep: outcome === undefined ? current?.id : undefined,
      error: report.error,
      completedAtMs: endedAtMs,
      estimatedCompletionMs: outcome === undefined && !report.needsPerson ? estimatedEnd(report, plan, nowMs) : undefined,
    }),
  };
}

function idsOf(steps: readonly StepReport[], which: (step: StepReport) => boolean): readonly string[] {
  return steps.filter(which).map(({ id }) => id);
}

/**
 * The share of the steps that have ended, items of `for_each` counted each for its part. What has ended stays so, and
 * what was stopped was never done, so it never becomes less. Only what has completed is at 100.
 */
function progressOf(status: ExecutionReport["status"], steps: readonly StepReport[]): number {
  if (status === "completed") return 100;
  const done = steps.reduce((sum, step) => sum + shareDone(step), 0);
  return steps.length === 0 ? 0 : Math.min(99, Math.floor((done / steps.length) * 100));
}

function shareDone({ status, items, skippedBecause }: StepReport): number {
  if (status === "completed" || status === "failed") return 1;
  if (status === "skipped") return skippedBecause === "stopped" ? 0 : 1;
  return items === undefined || items.total === 0 ? 0 : (items.completed + items.failed) / items.total;
}

function targetMachines(plan: Plan | undefined): readonly string[] {
  return [...new Set((plan?.nodes ?? []).flatMap(({ step }) => step.targetMachines ?? []))];
}

function stepProgress(step: StepReport): StepProgress {
  const { id, status: state, startedAtMs, completedAtMs, error } = step;
  const machine = step.machine ?? (startedAtMs === undefined ? undefined : LOCAL_MACHINE);
  return { id, status: taskStatus(step), state, ...defined({ machine, startedAtMs, completedAtMs, error }) };
}

function taskStatus({ status, startedAtMs }: StepReport): TaskStatus {
  switch (status) {
    case "waiting":
      return startedAtMs === undefined ? "pending" : "running";
    case "in_doubt":
      return "running";
    case "cancelled":
      return "skipped";
    default:
      return status;
  }
}

/** Steps that are named; whoever has answered these sees the next ones. */
const AWAITED_MAX = 100;

function awaited({ executionId, status, needsPerson, steps }: ExecutionReport): readonly AwaitedStep[] {
  const waits = steps.flatMap((step) => (step.waitingFor === undefined ? [] : [awaitedStep(executionId, step, step.waitingFor)]));
  const answered = waits.some(({ answer }) => answer !== undefined);
  if (answered || (status !== "paused" && !needsPerson)) return waits.slice(0, AWAITED_MAX);
  const resume = `resume_execution lets it go on: tutti executions resume ${executionId}`;
  return [{ kind: "person", message: "the execution is paused", answer: resume }, ...waits.slice(0, AWAITED_MAX - 1)];
}

function awaitedStep(
  executionId: string,
  { id, status, childId, items }: StepReport,
  waiting: NonNullable<StepReport["waitingFor"]>,
): AwaitedStep {
  const { kind, message, untilMs } = waiting;
  return { step: id, kind, ...defined({ message, untilMs, answer: answerFor() }) };

  function answerFor(): string | undefined {
    if (kind === "approval") {
      return `approve_execution with step "${id}" and approved true or false: tutti executions approve ${executionId} ${id} [--refuse]`;
    }
    if (status === "in_doubt") {
      const item = items?.inDoubt?.[0];
      const call = item === undefined ? id : `'${id}[${item}]'`;
      return `find out whether the call took effect, then resolve_execution with step "${id}"${item === undefined ? "" : `, item ${item}`} and the verdict happened, not_happened or failed: tutti executions resolve ${executionId} ${call} --happened | --not-happened | --fail`;
    }
    return kind === "child" && childId !== undefined
      ? `it runs execution ${childId}: get_workflow_status tells what that waits for`
      : undefined;
  }
}

/** When the longest chain of steps that have not ended will have, if each takes as long as was planned. */
function estimatedEnd({ steps }: ExecutionReport, plan: Plan | undefined, nowMs: number): number | undefined {
  if (plan === undefined || plan.estimateMs === 0) return undefined;
  const nodes = new Map(plan.nodes.map((node) => [node.step.id, node]));
  let remainingMs = 0;
  for (const step of steps) {
    const node = nodes.get(step.id);
    if (node !== undefined && isOpen(step)) remainingMs = Math.max(remainingMs, remainingOf(step, node, nowMs));
  }
  return nowMs + remainingMs;
}

function isOpen({ status }: StepReport): boolean {
  return status === "pending" || status === "running" || status === "waiting" || status === "in_doubt";
}

function remainingOf({ startedAtMs }: StepReport, { remainingMs, estimateMs }: PlanNode, nowMs: number): number {
  const longest = remainingMs ?? estimateMs;
  const elapsedMs = startedAtMs === undefined ? 0 : Math.min(estimateMs, nowMs - startedAtMs);
  return longest - elapsedMs;
}
