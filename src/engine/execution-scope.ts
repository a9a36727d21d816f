import { defined } from "../base/defined.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Scope, StepView } from "../expression/scope.ts";
import { type AcceptedStep, acceptedStep } from "./accepted-step.ts";
import type { DoneUnit, ExecutionState, StepState } from "./execution-state.ts";

/** What the expressions of an execution can see. Steps are looked up when they are read, so it costs next to nothing to make. */
export function executionScope(state: ExecutionState): Scope {
  return {
    inputs: state.inputs,
    step: (id) => {
      const step = state.steps[state.indexById.get(id) ?? -1];
      return step === undefined ? undefined : view(acceptedStep(state, step));
    },
    execution: executionFacts(state),
  };
}

/** The same for one item of a `for_each` step. */
export function itemScope(state: ExecutionState, step: StepState, item: number | undefined): Scope {
  const scope = executionScope(state);
  if (item === undefined) return scope;
  return { ...scope, item: step.items?.values[item] ?? null, index: item };
}

/** The same for the compensation of something that was done: `output` is what it had given. */
export function undoScope(state: ExecutionState, step: StepState, unit: DoneUnit): Scope {
  const result = unit.item === undefined ? undefined : step.items?.results[unit.item];
  const output: Json = unit.item === undefined ? (step.output ?? null) : result?.ok === true ? result.output : null;
  const scope = itemScope(state, step, unit.item);
  // What was done is undone, whether it was accepted or not.
  return { ...scope, output, step: (id) => (id === step.node.step.id ? view(step) : scope.step(id)) };
}

function view({ status, output, error }: AcceptedStep): StepView {
  return { status, ...defined({ output }), ...(error === undefined ? {} : { error: { kind: error.kind, message: error.message } }) };
}

function executionFacts(state: ExecutionState): JsonObject {
  return {
    id: state.executionId,
    workflow_id: state.plan.workflow.id,
    started_at: state.startedAt,
    ...defined({ outcome: state.outcome }),
  };
}
