import type { EventBody } from "../model/event.ts";
import type { ExecutionStatus, Outcome } from "../model/execution.ts";

/** What a list says of an execution, in one word: its status until it ends, then its outcome. */
export type ListedState = UnfinishedState | Outcome;

type UnfinishedState = Exclude<ExecutionStatus, "completed" | "failed">;

/** The states of executions that have not ended. */
export const UNFINISHED_STATES: readonly UnfinishedState[] = ["active", "executing", "paused"];

/** Those that have ended well. */
export const COMPLETED_STATES: readonly Outcome[] = ["completed", "partial_success"];
const FAILED_STATES: readonly Outcome[] = ["validation_failed", "failed", "failed_with_rollback", "rollback_failed", "cancelled"];

/** Every state. */
const LISTED_STATES: readonly ListedState[] = [...UNFINISHED_STATES, ...COMPLETED_STATES, ...FAILED_STATES];

/** The state after one more event. An execution that has ended stays as it ended. */
export function stateAfter(state: ListedState, event: EventBody): ListedState {
  if (outcomeOf(state) !== undefined) return state;
  switch (event.type) {
    case "execution-ended":
      return event.outcome;
    case "execution-paused":
    case "execution-stood":
      return "paused";
    case "execution-resumed":
    case "execution-moved":
      return "executing";
    default:
      return state;
  }
}

/** The outcome, once there is one. */
export function outcomeOf(state: ListedState): Outcome | undefined {
  return state === "active" || state === "executing" || state === "paused" ? undefined : state;
}

export function statusOf(state: ListedState): ExecutionStatus {
  const outcome = outcomeOf(state);
  if (outcome === undefined) return state as UnfinishedState;
  return COMPLETED_STATES.includes(outcome) ? "completed" : "failed";
}

/** The states that a query with this status and this outcome asks for; none when the two exclude each other. */
export function statesWith(status: ExecutionStatus | undefined, outcome: Outcome | undefined): readonly ListedState[] {
  return LISTED_STATES.filter(
    (state) => (status === undefined || statusOf(state) === status) && (outcome === undefined || outcomeOf(state) === outcome),
  );
}
