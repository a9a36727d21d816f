import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import { canonicalJson, type Json, jsonExceeds } from "../base/json.ts";
import type { CallOutcome, CallRequest } from "../model/call.ts";
import type { CallStage } from "./call-stage.ts";

const ENTRIES_MAX = 1_000;

/** Larger answers are not kept. With the number of entries this bounds the cache to about 250 MB at the very worst. */
const ENTRY_MAX_BYTES = 256 * 1024;

/**
 * Answers calls of steps with `cache:` from answers of earlier calls with the same arguments, for as long as the step
 * says. Only successes are kept. Older ones stay, for best_effort steps that prefer an old answer to none.
 */
export function answerFromCache(clock: Clock): CallStage {
  const entries = new LRUCache<string, { readonly output: Json; readonly atMs: number }>({ max: ENTRIES_MAX });
  return async (call, next) => {
    const { request } = call;
    if (request.cacheTtlMs === undefined) return await next(call);
    const key = canonicalJson([request.server, request.tool, request.input]);
    const entry = entries.get(key);
    if (request.staleOnly === true)
      return entry === undefined ? noAnswer(request) : { kind: "succeeded", output: entry.output, source: "stale_cache" };
    if (entry !== undefined && clock.nowMs() - entry.atMs < request.cacheTtlMs)
      return { kind: "succeeded", output: entry.output, source: "cache" };
    const outcome = await next(call);
    if (outcome.kind === "succeeded" && !jsonExceeds(outcome.output, ENTRY_MAX_BYTES))
      entries.set(key, { output: outcome.output, atMs: clock.nowMs() });
    return outcome;
  };
}

function noAnswer(request: CallRequest): CallOutcome {
  return {
    kind: "failed",
    accepted: false,
    error: { kind: "connection", message: "no earlier answer is kept", server: request.server, tool: request.tool },
  };
}
