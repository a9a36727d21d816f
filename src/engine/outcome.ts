import { defined } from "../base/defined.ts";
import type { CallError, CallRef } from "../model/call.ts";
import type { Leftover, Outcome } from "../model/execution.ts";
import { acceptedStep } from "./accepted-step.ts";
import { toolUse } from "./call-plan.ts";
import type { DoneUnit, ExecutionState, StepState } from "./execution-state.ts";
import { saidNo } from "./step-end.ts";

/** Whether something that was done has to be undone before the execution ends. */
export function mustUndo(state: ExecutionState): boolean {
  if (state.cancel === undefined && (state.failure === undefined || state.plan.workflow.errorPolicy.rollbackOnFailure === false))
    return false;
  return state.done.some((unit) => hasUndoing(state, unit));
}

/** Whether there is a call that undoes it. */
export function hasUndoing(state: ExecutionState, { step, fallback }: DoneUnit): boolean {
  return fallback !== true && state.steps[step]?.node.step.compensate !== undefined;
}

/** How the execution ends, as far as it has come. docs/ARCHITECTURE.md has the table in words. */
export function outcomeOf(state: ExecutionState): Outcome {
  // What `finally` was told stays, but a `finally` step that failed or did only a part spoils a success.
  if (state.outcome !== undefined) return state.outcome === "completed" && spoiledFinally(state) ? "partial_success" : state.outcome;
  if (state.leftovers.length > 0) return "rollback_failed";
  if (state.cancel !== undefined) return "cancelled";
  if (state.failure !== undefined) return failureOutcome(state);
  return quietOutcome(state);
}

function failureOutcome(state: ExecutionState): Outcome {
  if (onlyValidationsFailed(state) && !changedAnything(state)) return "validation_failed";
  return state.undone > 0 ? "failed_with_rollback" : "failed";
}

/** The end of an execution that nothing has stopped. */
function quietOutcome(state: ExecutionState): Outcome {
  const main = state.steps.filter((step) => step.node.phase === "main");
  const bestEffort = state.plan.workflow.errorPolicy.mode === "best_effort";
  const spoiled = main.some((step) => isSpoiled(step) || (step.items?.failed ?? 0) > 0 || (bestEffort && step.degraded !== undefined));
  if (!spoiled) return "completed";
  const completed = (step: StepState): boolean => step.node.gate === undefined && acceptedStep(state, step).status === "completed";
  if (main.some(completed)) return "partial_success";
  return onlyValidationsFailed(state) && !changedAnything(state) ? "validation_failed" : "failed";
}

function onlyValidationsFailed(state: ExecutionState): boolean {
  return state.steps.every((step) => step.status !== "failed" || saidNo(step));
}

function changedAnything(state: ExecutionState): boolean {
  return state.done.some(({ step, fallback }) => fallback === true || state.steps[step]?.node.call.effect !== "read");
}

function spoiledFinally(state: ExecutionState): boolean {
  return state.steps.some((step) => step.node.phase === "finally" && isSpoiled(step));
}

/** Whether a step gave less than it was asked for. */
function isSpoiled(step: StepState): boolean {
  return step.status === "failed" || step.degraded === "partial";
}

/** The error that a person is shown first. */
export function endingError(state: ExecutionState): CallError | undefined {
  if (state.cancel !== undefined) return { kind: "cancelled", message: cancelMessage(state.cancel) };
  return state.failure?.error ?? state.steps.find((step) => step.status === "failed")?.error;
}

function cancelMessage(cancel: { readonly reason: string; readonly by?: string }): string {
  switch (cancel.reason) {
    case "deadline":
      return "the time limit of the workflow has passed";
    case "concurrency":
      return "a newer execution of the same concurrency group has taken its place";
    case "parent":
      return "the execution that started it is ending";
    default:
      return cancel.by === undefined ? "cancelled by a person" : `cancelled by ${cancel.by}`;
  }
}

/** What an execution that did not succeed has changed and not undone. */
export function leftoversOf(state: ExecutionState, outcome: Outcome): readonly Leftover[] {
  if (state.cancel === undefined && state.failure === undefined) return [];
  if (outcome === "validation_failed") return [];
  const undoing = mustUndo(state);
  const left = state.done.flatMap((unit): readonly Leftover[] => {
    const step = state.steps[unit.step];
    if (step === undefined || !stillStands(state, unit, undoing)) return [];
    const { id } = step.node.step;
    const ref: CallRef = { step: id, ...defined({ item: unit.item }) };
    const use = toolUse(step, unit.fallback === true ? { ...ref, role: "fallback" } : ref);
    return [{ ...ref, reason: "not_compensatable", ...(use === undefined ? {} : { server: use.server, tool: use.tool }) }];
  });
  return [...state.leftovers, ...left];
}

function stillStands(state: ExecutionState, unit: DoneUnit, undoing: boolean): boolean {
  if (hasUndoing(state, unit)) return !undoing;
  return unit.fallback === true || state.steps[unit.step]?.node.call.effect !== "read";
}
