import { defined } from "../base/defined.ts";
import { unreachable } from "../base/assert.ts";
import type { Json } from "../base/json.ts";
import { callId } from "../model/call.ts";
import { TuttiError } from "../model/errors.ts";
import type { EventBody } from "../model/event.ts";
import { isHeld } from "./decide.ts";
import type { CallState, ExecutionState, StepState } from "./execution-state.ts";

/** What a person, or a program on behalf of one, may want of an execution that runs. */
export type ExecutionSignal =
  | { readonly type: "pause" | "resume"; readonly by?: string }
  | { readonly type: "cancel"; readonly by?: string; readonly reason?: "person" | "concurrency" | "parent" }
  | { readonly type: "approve"; readonly step: string; readonly approved: boolean; readonly by?: string; readonly comment?: string }
  | {
      readonly type: "resolve";
      readonly step: string;
      readonly item?: number;
      readonly verdict: "happened" | "not_happened" | "failed";
      readonly output?: Json;
    };

/**
 * The events that follow from a signal; none when the execution is already as wanted.
 *
 * @throws TuttiError `execution.wrong-state`, `step.not-found`
 */
export function eventsOfSignal(state: ExecutionState, signal: ExecutionSignal): readonly EventBody[] {
  if (state.phase === "ended") throw wrongState(state, `the execution has ended (${state.outcome ?? "failed"})`);
  const by = "by" in signal && signal.by !== undefined ? { by: signal.by } : {};
  switch (signal.type) {
    case "pause":
      return state.paused ? [] : [{ type: "execution-paused", ...by }];
    case "resume":
      return state.paused ? [{ type: "execution-resumed", ...by }] : [];
    case "cancel":
      if (state.cancel !== undefined || state.phase === "compensating" || state.phase === "finalizing") return [];
      return [{ type: "cancel-requested", reason: signal.reason ?? "person", ...by }];
    case "approve":
      return [answer(state, signal)];
    case "resolve":
      return [resolution(state, signal)];
    default:
      return unreachable(signal);
  }
}

function answer(state: ExecutionState, signal: ExecutionSignal & { type: "approve" }): EventBody {
  const step = stepNamed(state, signal.step);
  if (step.approval === undefined || step.status !== "running") {
    const waiting = state.steps
      .filter((other) => other.approval !== undefined && other.status === "running")
      .map((other) => other.node.step.id);
    throw wrongState(
      state,
      `step "${signal.step}" does not wait for an approval${waiting.length > 0 ? `; these do: ${waiting.join(", ")}` : ""}`,
    );
  }
  return {
    type: "approval-answered",
    step: signal.step,
    approved: signal.approved,
    ...defined({ by: signal.by }),
    ...defined({ comment: signal.comment }),
  };
}

function resolution(state: ExecutionState, signal: ExecutionSignal & { type: "resolve" }): EventBody {
  stepNamed(state, signal.step);
  const doubts = [...state.doubts].flatMap((id) => state.calls.get(id) ?? []).filter((call) => call.ref.step === signal.step);
  const call = signal.item === undefined ? onlyOne(state, doubts) : doubts.find((doubt) => doubt.ref.item === signal.item);
  if (call === undefined) throw wrongState(state, `step "${signal.step}" is not in doubt${isHeld(state) ? doubtList(state) : ""}`);
  return {
    type: "call-resolved",
    call: call.ref,
    verdict: signal.verdict,
    by: "person",
    ...defined({ output: signal.output }),
  };
}

function onlyOne(state: ExecutionState, doubts: readonly CallState[]): CallState | undefined {
  if (doubts.length <= 1) return doubts[0];
  const names = doubts.map((call) => callId(call.ref)).join(", ");
  throw wrongState(state, `several items are in doubt, name one of them: ${names}`);
}

function doubtList(state: ExecutionState): string {
  return state.doubts.size === 0 ? "" : `; in doubt: ${[...state.doubts].join(", ")}`;
}

function stepNamed(state: ExecutionState, id: string): StepState {
  const step = state.steps[state.indexById.get(id) ?? -1];
  if (step !== undefined) return step;
  throw new TuttiError(
    "step.not-found",
    `the execution has no step "${id}"; it has ${[...state.indexById.keys()].slice(0, 20).join(", ")}`,
    {
      executionId: state.executionId,
      stepId: id,
    },
  );
}

function wrongState(state: ExecutionState, message: string): TuttiError {
  return new TuttiError("execution.wrong-state", message, { executionId: state.executionId, state: state.phase });
}
