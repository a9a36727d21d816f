import type { ExecutionState, StepState } from "./execution-state.ts";

/** How a step ended for all others. */
export type AcceptedStep = Pick<StepState, "status" | "output" | "error">;

/**
 * A step as others see it: refused by a gate it has failed, whatever it did itself, and without the word of the gate
 * behind it nothing has been completed.
 */
export function acceptedStep(state: ExecutionState, step: StepState): AcceptedStep {
  const { gate, follows = -1, acceptedBy = -1 } = step.node;
  const before = gate === undefined ? state.steps[follows] : undefined;
  if (before?.status === "failed") return refusedBy(before);
  const after = state.steps[acceptedBy];
  if (step.status !== "completed" || after === undefined || after.status === "completed") return step;
  return after.status === "failed" ? refusedBy(after) : { status: after.status };
}

function refusedBy({ error }: StepState): AcceptedStep {
  return { status: "failed", ...(error === undefined ? {} : { error }) };
}
