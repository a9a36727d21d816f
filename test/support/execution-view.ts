import type { ExecutionView } from "../../src/contract/execution-report.ts";
import type { StepReport } from "../../src/model/execution.ts";

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
    metrics: { calls: 0, retries: 0, durationMs: 0, criticalPathMs: 0, parallelEfficiency: 1 },
    ...details,
  };
}
