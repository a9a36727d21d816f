import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { TransientMap } from "../base/transient-map.ts";
import type { CallOutcome } from "../model/call.ts";
import { type Metrics, UNMEASURED } from "../ports/metrics.ts";
import { answerMemory, questionKey } from "./answer-memory.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";
import type { ContextInjectors } from "./context-injectors.ts";
import { notSent, refused } from "./not-sent.ts";
import { SharedCall } from "./shared-call.ts";

/**
 * Answers calls of steps with `cache:` from answers of earlier calls with the same arguments, for as long as the step
 * says, and makes one call for all that ask the same at once. Only for calls that read: others would not do what they are
 * for. Only whole successes are kept. Older ones stay, for best_effort steps that prefer an old answer to none.
 */
export function answerFromCache(clock: Clock, injectors: Pick<ContextInjectors, "tellsWhoAsks">, metrics: Metrics = UNMEASURED): CallStage {
  const answers = answerMemory(clock);
  const underWay = new TransientMap<string, SharedCall>();

  async function answerOrAsk(call: CallOnItsWay, next: NextStage, ttlMs: Ms): Promise<CallOutcome> {
    const { request, meta } = call;
    const { server, tool, input, secrets, machines } = request;
    const count = (result: "hit" | "shared" | "miss" | "stale"): void => metrics.count("tutti_cache_answers_total", { server, result });
    const key = questionKey({ server, tool, input, secrets, machines, meta, ofUser: injectors.tellsWhoAsks(server) });
    const answer = answers.recall(key);
    if (request.staleOnly === true && answer !== undefined) {
      count("stale");
      return { kind: "succeeded", output: answer.output, source: "stale_cache" };
    }
    if (answer !== undefined && answer.ageMs < ttlMs) {
      count("hit");
      return { kind: "succeeded", output: answer.output, source: "cache" };
    }
    if (request.staleOnly === true) return refused(request, NO_ANSWER);
    if (call.signal.aborted) return notSent(request, "the call was cancelled before it was sent");
    const other = underWay.get(key);
    const shared = other?.suits(call) === true;
    count(shared ? "shared" : "miss");
    return shared ? await call.record.queued(() => other.join(call)) : await ask(call, next, key);
  }

  async function ask(call: CallOnItsWay, next: NextStage, key: string): Promise<CallOutcome> {
    const shared = new SharedCall(call);
    underWay.set(key, shared);
    const answer = shared.join(call);
    void shared.run(async (further) => {
      try {
        const outcome = await next(further);
        // A part of an answer is none.
        if (outcome.kind === "succeeded" && outcome.answer?.error === undefined) answers.keep(key, outcome.output);
        return outcome;
      } finally {
        if (underWay.get(key) === shared) underWay.delete(key);
      }
    });
    return await answer;
  }

  return (call, next) => {
    const { cacheTtlMs, staleOnly, effect } = call.request;
    if (effect === "read" && cacheTtlMs !== undefined) return answerOrAsk(call, next, cacheTtlMs);
    return staleOnly === true ? Promise.resolve(refused(call.request, NO_ANSWER)) : next(call);
  };
}

const NO_ANSWER = { kind: "connection", message: "no earlier answer is kept" } as const;
