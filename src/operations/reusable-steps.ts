import type { ReusedStep } from "../model/event.ts";
import type { StepReport } from "../model/execution.ts";
import type { Plan } from "../model/plan.ts";

/** What a retry takes over, and what it does once more. */
export interface Reuse {
  readonly reused: readonly ReusedStep[];
  /** Steps that had completed, may have changed something, were not undone, and run again all the same. */
  readonly repeated: readonly string[];
}

/**
 * Tells what a new execution of a plan can take over from an earlier one: steps that completed or had been skipped on
 * purpose and still stand, unless they depend on one that runs again.
 *
 * @param fromStep - runs again in any case
 */
export function reusableSteps(plan: Plan, steps: readonly StepReport[], fromStep?: string): Reuse {
  const reports = new Map(steps.map((step) => [step.id, step]));
  const again = new Set<number>();
  const reused: ReusedStep[] = [];
  const repeated: string[] = [];
  // A step stands behind all that it needs only in the order of levels.
  const order = plan.nodes.map((_, index) => index).sort((left, right) => (plan.nodes[left]?.level ?? 0) - (plan.nodes[right]?.level ?? 0));
  for (const index of order) {
    const node = plan.nodes[index];
    const report = node === undefined ? undefined : reports.get(node.step.id);
    if (node === undefined || report === undefined || node.phase === "finally") continue;
    const runsAgain = node.step.id === fromStep || node.needs.some((need) => again.has(need));
    if (!runsAgain && stands(report)) reused.push(taken(report));
    else {
      again.add(index);
      if (stands(report) && report.status === "completed" && node.call.effect !== "read") repeated.push(node.step.id);
    }
  }
  return { reused, repeated };
}

/** Whether what the step did is done and was not undone. */
function stands(report: StepReport): boolean {
  if (report.status === "skipped") return report.skippedBecause !== "stopped";
  return report.status === "completed" && (report.compensation === undefined || report.compensation === "none");
}

function taken(report: StepReport): ReusedStep {
  return { step: report.id, output: report.output ?? null, ...(report.status === "skipped" ? { skipped: true } : {}) };
}
