import type { ExecutionView } from "../../src/contract/execution-report.ts";
import type { ExecutionMetrics, StepReport } from "../../src/model/execution.ts";

/** A step that is as it says, and otherwise has not begun. */
export function stepReport(id: string, details: Partial<StepReport> = {}): StepReport {
  return { id, status: "pending", phase: "main", needs: [], attempts: 0, ...details };
}

/** An execution that began at 0 and is as it says; driven and under way otherwise. */
export function executionView(steps: readonly StepReport[], details: Partial<ExecutionView> = {}): ExecutionView {
  return {
    executionId: "0193f2c7-89ab-7000-8000-000000000000",
    workflowId: "digest",
    status: "executing",
    driven: true,
    needsPerson: false,
    inputs: {},
    output: null,
    startedAtMs: 0,
    steps,
    leftovers: [],
    metrics: executionMetrics(),
    ...details,
  };
}

/** What is measured of an execution that has done nothing, but for what a test says. */
export function executionMetrics(details: Partial<ExecutionMetrics> = {}): ExecutionMetrics {
  return {
    calls: 0,
    retries: 0,
    durationMs: 0,
    criticalPathMs: 0,
    shortestMs: 0,
    parallelEfficiency: 1,
    maximumEfficiency: 1,
    efficiencyRatio: 1,
    queuedMs: 0,
    serverMs: 0,
    overheadMs: 0,
    resourceSeconds: {},
    failovers: 0,
    hedgedCalls: 0,
    ...details,
  };
}
