import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { CallOutcome, CallRequest } from "../model/call.ts";
import { answerMemory } from "./answer-memory.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";
import type { ContextInjectors } from "./context-injectors.ts";

/**
 * Answers calls of steps with `cache:` from answers of earlier calls with the same arguments, for as long as the step
 * says. Only successes are kept. Older ones stay, for best_effort steps that prefer an old answer to none.
 */
export function answerFromCache(clock: Clock, injectors: Pick<ContextInjectors, "tellsWhoAsks">): CallStage {
  const answers = answerMemory(clock);
  const answerOrAsk = async (call: CallOnItsWay, next: NextStage, ttlMs: Ms): Promise<CallOutcome> => {
    const { request, meta } = call;
    const { server, tool, input } = request;
    const question = { server, tool, input, meta, ofUser: injectors.tellsWhoAsks(server) };
    const answer = answers.recall(question);
    if (request.staleOnly === true)
      return answer === undefined ? noAnswer(request) : { kind: "succeeded", output: answer.output, source: "stale_cache" };
    if (answer !== undefined && answer.ageMs < ttlMs) return { kind: "succeeded", output: answer.output, source: "cache" };
    const outcome = await next(call);
    // A part of an answer is none.
    if (outcome.kind === "succeeded" && outcome.answer?.error === undefined) answers.keep(question, outcome.output);
    return outcome;
  };
  return (call, next) => (call.request.cacheTtlMs === undefined ? next(call) : answerOrAsk(call, next, call.request.cacheTtlMs));
}

function noAnswer(request: CallRequest): CallOutcome {
  return {
    kind: "failed",
    accepted: false,
    error: { kind: "connection", message: "no earlier answer is kept", server: request.server, tool: request.tool },
  };
}
