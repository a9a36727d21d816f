import { TuttiError } from "../model/errors.ts";
import type { ExecutionEvent } from "../model/event.ts";
import type { Plan } from "../model/plan.ts";
import { type ExecutionState, newState } from "./execution-state.ts";
import { fold } from "./fold.ts";

/** The part of the journal that reading takes, so that a reader beside the owner has it too. */
export interface ExecutionSource {
  read(executionId: string): Promise<readonly ExecutionEvent[]>;
  plan(planHash: string): Promise<Plan | undefined>;
}

/**
 * The state of an execution as its journal tells it.
 *
 * @throws TuttiError `execution.not-found`, `journal.unusable` when its plan is missing
 */
export async function loadExecution(source: ExecutionSource, executionId: string): Promise<ExecutionState> {
  const events = await source.read(executionId);
  const first = events[0];
  if (first?.type !== "execution-started") {
    throw new TuttiError("execution.not-found", `no execution has the id "${executionId}"`, { executionId });
  }
  const plan = await source.plan(first.planHash);
  if (plan === undefined) {
    throw new TuttiError("journal.unusable", `the journal has lost the plan of execution ${executionId}`, {
      path: executionId,
      reason: "damaged",
    });
  }
  const state = newState(plan, executionId);
  for (const event of events) fold(state, event);
  return state;
}
