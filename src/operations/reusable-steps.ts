import { defined } from "../base/defined.ts";
import type { CallError } from "../model/call.ts";
import type { ReusedStep } from "../model/event.ts";
import type { StepReport } from "../model/execution.ts";
import type { Plan, PlanNode } from "../model/plan.ts";

/** What a retry takes over, and what it does once more. */
export interface Reuse {
  readonly reused: readonly ReusedStep[];
  /** Steps that had completed, may have changed something, were not undone, and run again all the same. */
  readonly repeated: readonly string[];
}

/**
 * Tells what a new execution of a plan can take over from an earlier one: steps that completed or had been skipped on
 * purpose and still stand, unless they depend on one that runs again. A step that gave only a part, or whose result was
 * refused, runs again too, where that repeats nothing that acts each time it is done; its gates are asked anew then.
 *
 * @param fromStep - runs again in any case
 */
export function reusableSteps(plan: Plan, steps: readonly StepReport[], fromStep?: string): Reuse {
  const past = stepsOf(plan, steps);
  const runsAnew = anewRule(past, fromStep);
  const again = new Set<number>();
  const reused: ReusedStep[] = [];
  const repeated: string[] = [];
  for (const step of past) {
    const { index, node, report } = step;
    if (node.phase === "finally") continue;
    const runsAgain = runsAnew(step) || node.needs.some((need) => again.has(need));
    if (!runsAgain && stands(report)) reused.push(taken(report));
    else {
      again.add(index);
      if (stands(report) && report.status === "completed" && node.call.effect !== "read") repeated.push(node.step.id);
    }
  }
  return { reused, repeated };
}

/** Which steps run again for their own sake. */
function anewRule(past: readonly PastStep[], fromStep: string | undefined): (step: PastStep) => boolean {
  const acted = actedFrom(past);
  const reports = new Map(past.map(({ index, report }) => [index, report]));
  const byId = new Map(past.map((step) => [step.node.step.id, step]));
  const refused = ({ acceptedBy = -1 }: PlanNode): boolean => reports.get(acceptedBy)?.status === "failed";
  const itself = ({ index, node, report }: PastStep): boolean =>
    node.step.id === fromStep || ((gaveAPart(report) || refused(node)) && !acted.has(index));
  return (step) => {
    const { gate } = step.node;
    // What stands before a step must hold when that runs.
    const held = gate?.kind === "enforcement" ? byId.get(gate.of) : undefined;
    return itself(step) || (held !== undefined && (itself(held) || !stands(held.report)));
  };
}

interface PastStep {
  readonly index: number;
  readonly node: PlanNode;
  readonly report: StepReport;
}

/** In the order of levels: only there a step stands behind all that it needs. */
function stepsOf({ nodes }: Plan, steps: readonly StepReport[]): readonly PastStep[] {
  const reports = new Map(steps.map((step) => [step.id, step]));
  const past = nodes.flatMap((node, index): readonly PastStep[] => {
    const report = reports.get(node.step.id);
    return report === undefined ? [] : [{ index, node, report }];
  });
  return past.sort((left, right) => left.node.level - right.node.level);
}

/** The steps that did, themselves or by one that depends on them, what acts each time and still stands. */
function actedFrom(past: readonly PastStep[]): ReadonlySet<number> {
  const acted = new Set<number>();
  for (const { index, node, report } of past.toReversed()) {
    const itself = node.call.effect === "once" && report.status === "completed" && stands(report);
    if (itself || node.dependents.some((dependent) => acted.has(dependent))) acted.add(index);
  }
  return acted;
}

function gaveAPart({ degraded, items }: StepReport): boolean {
  return degraded === "partial" || (items?.failed ?? 0) > 0;
}

/** Whether what the step did is done and was not undone. */
function stands(report: StepReport): boolean {
  if (report.status === "skipped") return report.skippedBecause !== "stopped";
  return report.status === "completed" && (report.compensation === undefined || report.compensation === "none");
}

function taken(report: StepReport): ReusedStep {
  const { id, output = null, status, items, error } = report;
  if (status === "skipped") return { step: id, output, skipped: true };
  const degraded = gaveAPart(report) ? "partial" : report.degraded;
  const lost: CallError | undefined =
    items === undefined || items.failed === 0
      ? undefined
      : { kind: "tool_error", message: `${items.failed} of ${items.total} items failed` };
  return { step: id, output, ...defined({ degraded, error: error ?? lost }) };
}
