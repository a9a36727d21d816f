import { defined } from "../base/defined.ts";
import type { CallError } from "../model/call.ts";
import type { ExecutionReport, ExecutionStatus, ItemCounts, StepReport, StepStatus, WaitingFor } from "../model/execution.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { StepGate } from "../model/step-gate.ts";
import { isHeld } from "./decide.ts";
import { executionMetrics } from "./execution-metrics.ts";
import type { CallState, ExecutionState, StepState } from "./execution-state.ts";
import { needsPerson } from "./standstill.ts";

/**
 * Everything that a person or program wants to know of an execution.
 *
 * @param childStands - whether a child execution can only be moved on by a person; without it the journal is believed
 */
export function reportExecution(
  state: ExecutionState,
  nowMs: number,
  childStands: (childId: string) => boolean = () => state.stands,
): ExecutionReport {
  const { workflow } = state.plan;
  const standing = needsPerson(state, childStands);
  return {
    executionId: state.executionId,
    workflowId: workflow.id,
    ...defined({ workflowName: workflow.name }),
    status: statusOf(state, standing),
    ...(state.phase === "ended" && state.outcome !== undefined ? { outcome: state.outcome } : {}),
    inputs: state.inputs,
    output: state.output,
    ...defined({ error: state.error ?? state.failure?.error, parent: state.parent, retryOf: state.retryOf, endedAtMs: state.endedAtMs }),
    startedAtMs: state.startedAtMs,
    ...(Object.keys(state.meta).length === 0 ? {} : { meta: state.meta }),
    steps: state.steps.map((step) => reportStep(state, step)),
    leftovers: [...state.leftovers],
    needsPerson: standing,
    metrics: executionMetrics(state, nowMs),
  };
}

function statusOf(state: ExecutionState, standing: boolean): ExecutionStatus {
  if (state.phase !== "ended") return standing || isHeld(state) ? "paused" : "executing";
  return state.outcome === "completed" || state.outcome === "partial_success" ? "completed" : "failed";
}

function reportStep(state: ExecutionState, step: StepState): StepReport {
  const { action, id } = step.node.step;
  const calls = [...step.callIds].flatMap((callId) => state.calls.get(callId) ?? []);
  const waitingFor = waitingOf(state, step, calls);
  return {
    id,
    status: stepStatus(state, step, calls, waitingFor),
    phase: step.node.phase,
    needs: step.node.needs.flatMap((need) => state.steps[need]?.node.step.id ?? []),
    ...(action.kind === "tool" ? { server: action.server, tool: action.tool } : {}),
    attempts: step.attempts,
    ...defined({
      items: itemCounts(step, calls),
      startedAtMs: startOf(step),
      completedAtMs: step.endedAtMs,
      output: step.output,
      error: errorOf(step, calls),
      replica: step.trips?.replica,
      machine: machineNow(step, calls) ?? step.trips?.machine,
      failovers: step.trips?.failovers,
      degraded: step.degraded,
      compensation: step.compensation,
      waitingFor,
      childId: step.childId,
      skippedBecause: step.skippedBecause,
      gate: step.node.gate === undefined ? undefined : stepGate(step.node.gate),
    }),
  };
}

/** Where its call was sent, as far as that was written down before it had an end. */
function machineNow({ status }: StepState, calls: readonly CallState[]): string | undefined {
  const machine = status === "running" ? calls.find((call) => call.machine !== undefined)?.machine : undefined;
  return machine === LOCAL_MACHINE ? undefined : machine;
}

/** Without what a person is shown, which is in the question. */
function stepGate({ of, kind, wants }: StepGate): StepGate {
  return { of, kind, wants };
}

/** Whoever shall find out what became of a call has to know which one it is: what stands in for another one is called elsewhere. */
function errorOf(step: StepState, calls: readonly CallState[]): CallError | undefined {
  const doubted = calls.find((call) => call.status === "in_doubt");
  return doubted?.error ?? step.error ?? calls.find((call) => call.error !== undefined)?.error;
}

function itemCounts({ items }: StepState, calls: readonly CallState[]): ItemCounts | undefined {
  if (items === undefined) return undefined;
  const inDoubt = calls.flatMap(({ status, ref }) => (status === "in_doubt" && ref.item !== undefined ? [ref.item] : []));
  const counts = { total: items.values.length, completed: items.completed, failed: items.failed, running: items.open };
  return inDoubt.length === 0 ? counts : { ...counts, inDoubt };
}

/** What is computed begins and ends in one event. */
function startOf({ status, startedAtMs, endedAtMs }: StepState): number | undefined {
  return startedAtMs ?? (status === "completed" || status === "failed" ? endedAtMs : undefined);
}

function stepStatus(state: ExecutionState, step: StepState, calls: readonly CallState[], waitingFor: WaitingFor | undefined): StepStatus {
  if (step.status === "pending" && state.phase === "ended") return "cancelled";
  if (step.status !== "running") return step.status;
  if (calls.some((call) => call.status === "in_doubt")) return "in_doubt";
  const working = calls.some((call) => call.status === "running");
  return waitingFor !== undefined && !working ? "waiting" : "running";
}

function waitingOf(state: ExecutionState, step: StepState, calls: readonly CallState[]): WaitingFor | undefined {
  if (step.status !== "running") return undefined;
  const until = step.wakeAtMs === undefined ? {} : { untilMs: step.wakeAtMs };
  if (step.approval !== undefined) return { kind: "approval", message: step.approval.message, ...until };
  if (step.wakeAtMs !== undefined) return { kind: "timer", untilMs: step.wakeAtMs };
  const doubt = calls.find((call) => call.status === "in_doubt");
  if (doubt !== undefined) return { kind: "person", ...defined({ message: doubt.error?.message }) };
  const retry = calls.find((call) => call.status === "waiting");
  if (retry !== undefined) return { kind: "retry", ...defined({ untilMs: retry.retryAtMs, message: retry.error?.message }) };
  if (calls.some((call) => call.childId !== undefined && call.status === "running")) return { kind: "child" };
  return state.paused && calls.every((call) => call.status !== "running")
    ? { kind: "person", message: "the execution is paused" }
    : undefined;
}
