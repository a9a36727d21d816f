import { defined } from "../base/defined.ts";
import { jsonExceeds, type JsonObject } from "../base/json.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import type { Scope } from "../expression/scope.ts";
import { type CallError, callId, type CallRef, type CallRequest, type CallRole, type SecretUse, withoutRole } from "../model/call.ts";
import type { Template, ToolUse } from "../model/workflow.ts";
import { callPlan } from "./call-plan.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import type { CallState, ExecutionState, StepState } from "./execution-state.ts";
import { machinesFor } from "./machines-for.ts";
import { retryRule } from "./retry-rule.ts";
import { attemptTimeoutMs, callLeftMs } from "./time-limit.ts";

/** Arguments above this are a mistake, and would be in every journal. */
const INPUT_MAX_BYTES = 16 * 1024 * 1024;

/** The first attempt of a tool call: evaluates its arguments, which all later attempts repeat. */
export function beginToolCall(
  state: ExecutionState,
  step: StepState,
  use: { readonly ref: CallRef; readonly tool: ToolUse; readonly scope: Scope },
  context: DecisionContext,
): Decision {
  const { ref, tool } = use;
  const input = evaluateInput(tool.with, use.scope);
  if (!input.ok) return failCall(ref, input.message, tool);
  const request = toolRequest(state, step, { ref, tool, attempt: 1, input: input.input, secrets: input.secrets }, context);
  return {
    event: {
      type: "call-started",
      call: ref,
      attempt: 1,
      server: tool.server,
      tool: tool.tool,
      input: input.input,
      ...(input.secrets.length === 0 ? {} : { secrets: input.secrets }),
    },
    effect: { type: "call", request },
  };
}

/** Another attempt of a tool call, with the arguments of the first. */
export function repeatToolCall(
  state: ExecutionState,
  step: StepState,
  use: { readonly call: CallState; readonly tool: ToolUse },
  context: DecisionContext,
): Decision {
  const { call, tool } = use;
  const attempt = call.attempt + 1;
  const request = toolRequest(state, step, { ref: call.ref, tool, attempt, input: call.input, secrets: call.secrets }, context);
  return {
    event: { type: "call-started", call: call.ref, attempt, server: tool.server, tool: tool.tool },
    effect: { type: "call", request },
  };
}

/** A call that ends before it could begin, because its arguments cannot be made. */
export function failCall(ref: CallRef, message: string, tool?: ToolUse): Decision {
  const error: CallError = { kind: "expression", message, ...(tool === undefined ? {} : { server: tool.server, tool: tool.tool }) };
  return { event: { type: "call-failed", call: ref, error } };
}

export type EvaluatedInput =
  | { readonly ok: true; readonly input: JsonObject; readonly secrets: readonly SecretUse[] }
  | { readonly ok: false; readonly message: string };

/** Evaluates the arguments of a call. */
export function evaluateInput(template: Readonly<Record<string, Template>>, scope: Scope): EvaluatedInput {
  const evaluated = evaluateTemplate(template, scope);
  if (!evaluated.ok) return evaluated;
  if (jsonExceeds(evaluated.value.value, INPUT_MAX_BYTES)) return { ok: false, message: "the arguments are larger than 16 MiB" };
  // A template that is an object evaluates to an object.
  return { ok: true, input: evaluated.value.value as JsonObject, secrets: evaluated.value.secrets };
}

function toolRequest(
  state: ExecutionState,
  step: StepState,
  attempt: {
    readonly ref: CallRef;
    readonly tool: ToolUse;
    readonly attempt: number;
    readonly input: JsonObject;
    readonly secrets: readonly SecretUse[];
  },
  context: DecisionContext,
): CallRequest {
  const { cache } = step.node.step;
  const { role } = attempt.ref;
  const { effect } = callPlan(step, attempt);
  const leftMs = callLeftMs(state, step, role, context.nowMs);
  return {
    executionId: state.executionId,
    workflowId: state.plan.workflow.id,
    call: attempt.ref,
    attempt: attempt.attempt,
    attemptsMax: retryRule(state.plan.workflow, step, { role, effect }).attemptsMax,
    server: attempt.tool.server,
    ...defined({
      replica: replicaInDoubt(state, attempt),
      machines: machinesFor(state, step, { ...attempt, effect }),
      priority: state.plan.workflow.priority,
    }),
    tool: attempt.tool.tool,
    input: attempt.input,
    secrets: attempt.secrets,
    effect,
    timeoutMs: Math.min(attemptTimeoutMs(state, step, role), leftMs),
    ...(leftMs === Infinity ? {} : { leftMs }),
    ...(step.node.remainingMs === undefined ? {} : { remainingMs: step.node.remainingMs }),
    ...occupied(step, role),
    idempotencyKey: `${state.executionId}/${callId(attempt.ref)}`,
    ...(cache !== undefined && (role === undefined || role === "stale") ? { cacheTtlMs: cache.ttlMs } : {}),
    ...(role === "stale" ? { staleOnly: true } : {}),
    meta: state.meta,
    stepContext: { stepName: step.node.step.id, stepIndex: step.node.level + 1, totalSteps: state.levels[step.node.phase] },
    permissions: step.node.step.permissions ?? [],
    ...undoing(step, role),
  };
}

/** A probe goes to whoever had the call: it may be stopped, with the call in its queue, and only it answers behind it. */
function replicaInDoubt(state: ExecutionState, { ref, tool }: { readonly ref: CallRef; readonly tool: ToolUse }): string | undefined {
  if (ref.role !== "verify") return undefined;
  const error = state.calls.get(callId(withoutRole(ref)))?.error;
  return error?.server === tool.server ? error.replica : undefined;
}

/** Only the calls of the step itself occupy anything: those around it are made elsewhere, or when it is over. */
function occupied(step: StepState, role: CallRole | undefined): Pick<CallRequest, "resources" | "leases"> {
  const { resources, leases } = step.node.step;
  return role !== undefined || (resources === undefined && leases === undefined) ? {} : defined({ resources, leases });
}

/** A step is only begun by whoever may undo it too, so its compensation need not be allowed once more. */
function undoing(step: StepState, role: CallRole | undefined): Pick<CallRequest, "undoneBy" | "undoesAllowed"> {
  const { action, compensate } = step.node.step;
  if (compensate === undefined) return {};
  if (role === undefined) return { undoneBy: { server: compensate.server, tool: compensate.tool } };
  // What a child workflow does is allowed call by call, and what a retry has taken over was begun by somebody else.
  const wasAsked = action.kind === "tool" && step.skippedBecause !== "reused";
  return role === "compensate" && wasAsked ? { undoesAllowed: true } : {};
}
