import { defined } from "../base/defined.ts";
import type { ApplicationResults, PatternApplicationSummary, PatternApplicationView } from "../contract/pattern-application.ts";
import type { ExecutionReport, ExecutionSummary } from "../model/execution.ts";
import type { PatternApplication, PatternApplicationStatus } from "../model/pattern.ts";
import type { ExecutionHistory } from "../ports/execution-history.ts";

export interface ApplicationViewPorts {
  readonly history: Pick<ExecutionHistory, "latest">;
  readonly report: (executionId: string) => Promise<ExecutionReport>;
}

/** How an application is now: what became of the newest execution of its workflow, whoever has started that. */
export async function summaryOfApplication(
  application: PatternApplication,
  { history }: Pick<ApplicationViewPorts, "history">,
): Promise<PatternApplicationSummary> {
  const { applicationId, patternName, patternVersion, targetComponent, appliedAtMs, appliedBy, workflowId } = application;
  const latest = await latestExecution(application, history);
  return {
    applicationId,
    patternName,
    patternVersion,
    targetComponent,
    status: statusOf(application, latest),
    appliedAtMs,
    appliedBy,
    ...defined({ workflowId, executionId: latest?.executionId ?? application.executionId, inForce: application.inForce }),
  };
}

/** Everything about an application. */
export async function viewOfApplication(application: PatternApplication, ports: ApplicationViewPorts): Promise<PatternApplicationView> {
  const summary = await summaryOfApplication(application, ports);
  const { parameters, validation, monitoring } = application;
  return {
    ...summary,
    parameters,
    ...defined({ results: await resultsOf(summary, ports), validationResults: validation }),
    nextSteps: nextSteps(summary, application),
    ...(monitoring === undefined
      ? {}
      : { monitoring: { everyMs: monitoring.intervalMs, checks: monitoring.requirements.map(({ id }) => id) } }),
  };
}

async function latestExecution(
  { workflowId, tenant }: PatternApplication,
  history: Pick<ExecutionHistory, "latest">,
): Promise<ExecutionSummary | undefined> {
  return workflowId === undefined ? undefined : await history.latest({ workflowId, ...defined({ tenant }) });
}

function statusOf({ status }: PatternApplication, latest: ExecutionSummary | undefined): PatternApplicationStatus {
  if (latest === undefined) return status;
  if (latest.endedAtMs === undefined) return "applying";
  return latest.outcome === "completed" ? "applied" : "failed";
}

async function resultsOf(
  { status, executionId }: PatternApplicationSummary,
  { report }: ApplicationViewPorts,
): Promise<ApplicationResults | undefined> {
  if (executionId === undefined || (status !== "applied" && status !== "failed")) return undefined;
  const { outcome, output, error, endedAtMs } = await report(executionId);
  return { output, ...defined({ outcome, error: error?.message, completedAtMs: endedAtMs }) };
}

function nextSteps(
  { status, workflowId = "", executionId = "" }: PatternApplicationSummary,
  { nextSteps: own }: PatternApplication,
): readonly string[] {
  switch (status) {
    case "pending":
      return [
        `Look at the workflow: get_workflow with "${workflowId}" (tutti workflows show ${workflowId}).`,
        `Execute it: execute_workflow with "${workflowId}" (tutti workflows execute ${workflowId}).`,
      ];
    case "applying":
      return [
        `See how it goes on, and whether it waits for somebody: get_workflow_status with "${executionId}" (tutti executions show ${executionId}).`,
      ];
    case "applied":
      return own.map((step) => (/[.!?]$/.test(step) ? step : `${step}.`));
    case "failed":
      return [
        `See what went wrong: get_workflow_status with "${executionId}" (tutti executions show ${executionId}).`,
        `Put it right, and execute it again: execute_workflow with "${workflowId}" (tutti workflows execute ${workflowId}).`,
      ];
    case "rejected":
      return ["Put the blocking issues right that validation_results lists, and apply the pattern again."];
  }
}
