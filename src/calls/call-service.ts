import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { IdSource, TraceIdSource } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { ErrorPolicy } from "../envelope/error-policy.ts";
import { completeErrorPolicy, type ErrorPolicyLimits, errorPolicyOf } from "../envelope/normalize-error-policy.ts";
import type { McpToolCall, McpToolResponse } from "../envelope/payloads.ts";
import type { CallOutcome } from "../model/call.ts";
import { isTuttiError } from "../model/errors.ts";
import type { ServerConfig } from "../model/server.ts";
import { toolEffect } from "../model/tool-effect.ts";
import type { Tool } from "../model/tool.ts";
import type { Effect } from "../model/workflow.ts";
import type { Servers } from "../ports/connections.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import type { RegisteredService } from "./adapter-settings.ts";
import { type AnswerMemory, type Question, questionKey } from "./answer-memory.ts";
import { adapterError, callFailed, errorOfOutcome } from "./call-failed.ts";
import { type ContextInjectors, NO_INJECTOR } from "./context-injectors.ts";
import { type FallbackAnswer, findFallback, mayFallBack } from "./find-fallback.ts";
import { inContextOf, orRefused, type ReceivedCall, readToolCall } from "./read-tool-call.ts";
import { repeatCall, type RepeatedCall } from "./repeat-call.ts";
import { type AnsweredCall, degradedResponse, partialResponse, successResponse } from "./tool-response.ts";

/** What an adapter knows and works with. */
export interface AdapterState {
  readonly about: Servers;
  readonly caller: ToolCaller;
  readonly clock: Clock;
  readonly ids: IdSource & TraceIdSource;
  readonly random: () => number;
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly services: ReadonlyMap<string, RegisteredService>;
  readonly injectors: ContextInjectors;
  /** Of tools that only read. */
  readonly answers: AnswerMemory;
  readonly policyOf: (service: string) => ErrorPolicy;
  readonly policyLimits?: ErrorPolicyLimits;
  readonly totalMs: Ms;
}

/** One call through an adapter, from the envelope to its answer. */
export async function callService(
  state: AdapterState,
  service: string,
  envelope: Envelope<McpToolCall>,
  { signal, idempotencyKey }: { readonly signal: AbortSignal; readonly idempotencyKey: string },
): Promise<Envelope<McpToolResponse>> {
  signal.throwIfAborted();
  const startMs = state.clock.monotonicMs();
  const received = readToolCall(envelope, state);
  return await inContextOf(received.meta, async () => {
    const registered = registeredService(state, service);
    const policy = completeErrorPolicy(orRefused(() => errorPolicyOf(received.meta, state.policyOf(service), state.policyLimits)));
    const run: Run = { ...received, policy, endMs: startMs + state.totalMs, signal };
    const ended = await callTarget(state, run, { service, tool: received.call.tool, idempotencyKey });
    const about = (): AnsweredCall => ({
      ...received,
      elapsed: { nowMs: state.clock.nowMs(), durationMs: state.clock.monotonicMs() - startMs },
      executionMs: ended.durationMs,
      serverVersion: registered.facts.version,
    });
    if (ended.outcome.kind === "succeeded") return successResponse(about(), ended.outcome);
    const { outcome, effect, durationMs } = ended;
    return await afterFailure(state, run, { outcome, effect, durationMs, service, tool: received.call.tool, idempotencyKey, about });
  });
}

/** What is the same for a call and for what may stand in for it. */
interface Run extends ReceivedCall {
  readonly policy: Required<ErrorPolicy>;
  /** By the clock that never jumps. */
  readonly endMs: Ms;
  readonly signal: AbortSignal;
}

function registeredService({ services, injectors }: AdapterState, service: string): RegisteredService {
  const registered = services.get(service);
  if (registered === undefined) {
    const meant = nearest(service, [...services.keys()]);
    const hint = meant === undefined ? "" : ` - did you mean "${meant}"?`;
    throw callFailed(adapterError("McpServerNotFound", `no MCP server is registered as "${service}"${hint}`, { service }), "not_found");
  }
  if (!injectors.has(service)) throw callFailed(adapterError("ProtocolAdapter", NO_INJECTOR, { service }), "no_injector");
  return registered;
}

interface Target {
  readonly service: string;
  readonly tool: string;
  readonly idempotencyKey: string;
}

interface EndedCall extends RepeatedCall {
  readonly effect: Effect;
}

async function callTarget(state: AdapterState, run: Run, { service, tool: name, idempotencyKey }: Target): Promise<EndedCall> {
  const tool = await findTool(state, { service, name }, run.signal);
  if (tool === undefined) return { outcome: unknownTool(service, name), durationMs: 0, effect: "read" };
  const { clock, servers, answers } = state;
  const config = servers.get(service);
  const effect = toolEffect(tool, config?.effects ?? {});
  const { meta, policy, call } = run;
  const request = {
    executionId: meta.requestId ?? idempotencyKey,
    call: { step: name },
    server: service,
    tool: name,
    input: call.parameters,
    secrets: [],
    effect,
    idempotencyKey,
    meta,
    permissions: [],
  };
  const safe = effect !== "once" || config?.honoursIdempotencyKey === true;
  const totalMs = Math.max(1, run.endMs - clock.monotonicMs());
  const rule = { attemptsMax: Math.max(1, policy.retryCount), timeoutMs: policy.timeoutMs, totalMs, safe };
  const ended = await repeatCall(request, rule, state, run.signal);
  const { outcome } = ended;
  // A part of an answer is none.
  if (outcome.kind === "succeeded" && outcome.answer?.error === undefined && effect === "read")
    answers.keep(questionKey(questionOf(state, run, service)), outcome.output);
  return { ...ended, effect };
}

/** As the server has it now; as it had it when it was registered, when it cannot be asked. */
async function findTool(
  { about, services }: AdapterState,
  { service, name }: { readonly service: string; readonly name: string },
  signal: AbortSignal,
): Promise<Tool | undefined> {
  let tools = services.get(service)?.tools ?? [];
  try {
    tools = await about.tools(service, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isTuttiError(error)) throw error;
  }
  return tools.find((tool) => tool.name === name);
}

function unknownTool(server: string, tool: string): CallOutcome {
  return { kind: "failed", accepted: false, error: { kind: "not_found", message: `Tool '${tool}' not found`, server, tool } };
}

function questionOf({ injectors }: AdapterState, { meta, call }: Run, server: string): Question {
  return { server, tool: call.tool, input: call.parameters, meta, ofUser: injectors.tellsWhoAsks(server) };
}

interface FailedCall extends EndedCall, Target {
  readonly outcome: Exclude<CallOutcome, { kind: "succeeded" }>;
  readonly about: () => AnsweredCall;
}

async function afterFailure(state: AdapterState, run: Run, failed: FailedCall): Promise<Envelope<McpToolResponse>> {
  const { error, kind } = errorOfOutcome(failed.outcome, failed.effect);
  switch (run.policy.mode) {
    case "fail_fast":
      throw callFailed(error, kind);
    case "allow_partial":
      return partialResponse(failed.about(), error);
    case "best_effort": {
      const mayStandIn = run.policy.fallbackEnabled && mayFallBack(failed.outcome, failed.effect);
      const answer = mayStandIn ? await standIn(state, run, { ...failed, error }) : undefined;
      if (answer === undefined) throw callFailed(error, kind);
      return degradedResponse(failed.about(), answer);
    }
  }
}

async function standIn(
  state: AdapterState,
  run: Run,
  { service, tool, idempotencyKey, error }: Target & { readonly error: EnvelopeError },
): Promise<FallbackAnswer | undefined> {
  const fallbacks = state.services.get(service)?.fallbacks ?? {};
  const fallback = Object.hasOwn(fallbacks, tool) ? (fallbacks[tool] ?? {}) : {};
  return await findFallback({ question: questionOf(state, run, service), error, fallback }, run.policy, {
    answers: state.answers,
    alternative: (target) =>
      callAlternative(state, run, {
        service: target.service ?? service,
        tool: target.tool ?? tool,
        idempotencyKey: `${idempotencyKey}/fallback`,
      }),
  });
}

async function callAlternative(state: AdapterState, run: Run, target: Target): Promise<Json | undefined> {
  if (!state.services.has(target.service) || !state.injectors.has(target.service)) return undefined;
  const { outcome } = await callTarget(state, { ...run, call: { ...run.call, tool: target.tool } }, target);
  return outcome.kind === "succeeded" ? outcome.output : undefined;
}
