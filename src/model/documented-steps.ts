import type { StepReport } from "./execution.ts";

/**
 * The steps as the workflow has them, with their gates folded in: a step that waits for its gate waits, one that a gate
 * refused has failed, and one has completed when it was accepted. In the order of the workflow.
 */
export function documentedSteps(steps: readonly StepReport[]): readonly StepReport[] {
  const gates = new Map<string, { enforcement?: StepReport; validation?: StepReport }>();
  for (const report of steps) {
    const { gate } = report;
    if (gate !== undefined) gates.set(gate.of, { ...gates.get(gate.of), [gate.kind]: report });
  }
  const ids = new Set(steps.flatMap(({ id, gate }) => (gate === undefined ? [] : id)));
  return steps.flatMap((step) => {
    if (step.gate !== undefined) return [];
    const { enforcement, validation } = gates.get(step.id) ?? {};
    return [withValidation(withEnforcement(withoutGates(step, ids), enforcement), validation)];
  });
}

/** Others are named by what they wait for, and nobody has written the names of gates. */
function withoutGates(step: StepReport, gates: ReadonlySet<string>): StepReport {
  return gates.size === 0 ? step : { ...step, needs: step.needs.filter((id) => !gates.has(id)) };
}

/** Before the step has begun, its gate is all that there is of it. */
function withEnforcement(step: StepReport, gate: StepReport | undefined): StepReport {
  if (gate === undefined) return step;
  const { startedAtMs } = gate;
  const begun = startedAtMs === undefined ? step : { ...step, startedAtMs };
  // A step that has waited for its gate has begun, and never goes back.
  if (gate.status === "completed") return step.status === "pending" ? { ...begun, status: "running" } : begun;
  if (gate.status === "skipped" || gate.status === "pending") return begun;
  const { completedAtMs } = gate;
  const { skippedBecause: _gate, ...held } = begun;
  return { ...held, ...stateOf(gate), ...(completedAtMs === undefined ? {} : { completedAtMs }) };
}

/** What has not been accepted is not done, and what was refused has given nothing. */
function withValidation(step: StepReport, gate: StepReport | undefined): StepReport {
  if (gate === undefined || step.status !== "completed") return step;
  const { completedAtMs: _own, output, ...open } = step;
  const ended = gate.completedAtMs === undefined ? {} : { completedAtMs: gate.completedAtMs };
  if (gate.status === "completed") return { ...open, ...(output === undefined ? {} : { output }), ...ended };
  if (gate.status === "pending") return { ...open, status: "running" };
  return { ...open, ...stateOf(gate), ...ended };
}

function stateOf({ status, error, waitingFor }: StepReport): Pick<StepReport, "status" | "error" | "waitingFor"> {
  return { status, ...(error === undefined ? {} : { error }), ...(waitingFor === undefined ? {} : { waitingFor }) };
}
