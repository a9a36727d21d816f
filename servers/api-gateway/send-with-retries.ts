import { ToolError } from "tutti/server";
import type { GuardedAnswer } from "../kit/http/guarded-fetch.ts";
import { timeLimit } from "../kit/time-limit.ts";
import type { ApiRequest } from "./build-request.ts";
import type { Gateway, RunningApi } from "./gateway.ts";
import { authenticationFailed, circuitBreakerOpen, rateLimitExceeded, timedOut, times } from "./gateway-error.ts";
import { reasonIn } from "./read-answer.ts";
import { type FailedAttempt, isTransient, readRetryAfter, retryDelayMs } from "./retry-policy.ts";

export interface SentRequest {
  readonly request: ApiRequest;
  /** Whether it may be sent again when its end is not known. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

export interface SentAnswer {
  readonly answer: GuardedAnswer;
  readonly attempts: number;
}

/** What an API gives is a part of one message to whoever called. */
export const ANSWER_BYTES_MAX = 768 * 1_024;

/**
 * Sends a request until it is answered well, is refused for good, or the attempts are used up. One call is one success or one
 * failure for the breaker; each attempt takes a place of the rate limit.
 */
export async function sendWithRetries(gateway: Gateway, api: RunningApi, sent: SentRequest): Promise<SentAnswer> {
  const { breaker, name } = api;
  const { clock } = gateway;
  const entered = breaker.enter(clock.now());
  if (!entered.allowed) throw circuitBreakerOpen(name, entered.retryAfterMs);
  // The API itself was not tried, or said that the request was wrong, unless it is said otherwise below.
  let ended: () => void = () => breaker.left();
  let renewed = false;
  try {
    for (let attempt = 1; ; attempt += 1) {
      const end = await attemptOnce(gateway, api, sent, attempt);
      if (end.kind === "answered") {
        ended = () => breaker.succeeded();
        return { answer: end.answer, attempts: attempt };
      }
      if (end.status === 401 && !renewed && gateway.credentials.forget(name, api.config)) {
        renewed = true;
        continue;
      }
      const delayMs = retryDelayMs(end, { attempt, retries: api.config.retries, repeatable: sent.repeatable });
      if (delayMs === undefined) {
        if (end.status === undefined || end.status >= 500) ended = () => breaker.failed(clock.now());
        else if (!isTransient(end.status)) ended = () => breaker.succeeded();
        throw end.error;
      }
      await clock.sleep(delayMs, sent.signal);
      if (sent.signal.aborted) throw cancelled();
    }
  } finally {
    ended();
  }
}

type AttemptEnd =
  | { readonly kind: "answered"; readonly answer: GuardedAnswer }
  | ({ readonly kind: "failed"; readonly error: ToolError } & FailedAttempt);

/** @throws ToolError - what another attempt would not mend: a limit of ours, a missing secret, a refused address */
async function attemptOnce(gateway: Gateway, api: RunningApi, { request, signal }: SentRequest, attempt: number): Promise<AttemptEnd> {
  const { clock, credentials, http, secrets } = gateway;
  const { name, config } = api;
  const waitMs = api.rate.take(clock.now());
  if (waitMs > 0) throw rateLimitExceeded(`"${name}" may be asked ${config.rate_limit_per_minute} times a minute`, waitMs);
  using limit = timeLimit(signal, config.timeout_ms);
  try {
    const { url, method, headers, body } = await credentials.add(name, config, request);
    const answer = await http.fetch(url.href, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: limit.signal,
      bytesMax: ANSWER_BYTES_MAX,
    });
    if (answer.status < 400) return { kind: "answered", answer };
    return failed(api, answer, { attempt, nowMs: clock.now(), reason: reasonIn(answer, secrets) });
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (limit.late()) return { kind: "failed", error: timedOut(name, config.timeout_ms, attempt) };
    if (!(error instanceof ToolError) || error.error.code === "AuthenticationFailed") throw error;
    const words = secrets.hide(error.message);
    if (error.error.type === "Validation") throw new ToolError(words, { type: "Validation", code: "RequestFailed" });
    return {
      kind: "failed",
      error: new ToolError(`${words}, ${times(attempt)}`, { type: "Connection", code: "RequestFailed", details: { attempts: attempt } }),
    };
  }
}

interface Failed {
  readonly attempt: number;
  readonly nowMs: number;
  readonly reason: string;
}

function failed({ name }: RunningApi, { status, headers }: GuardedAnswer, { attempt, nowMs, reason }: Failed): AttemptEnd {
  const retryAfterMs = readRetryAfter(headers["retry-after"], nowMs);
  const words = `"${name}" answered ${status}${reason}`;
  const end = { kind: "failed" as const, status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (status === 401 || status === 403) return { ...end, error: authenticationFailed(words, status) };
  if (status === 429) return { ...end, error: rateLimitExceeded(words, retryAfterMs ?? 1_000) };
  const later = retryAfterMs === undefined ? {} : { retry_after_seconds: Math.ceil(retryAfterMs / 1_000) };
  const details = { attempts: attempt, ...later };
  if (!isTransient(status)) return { ...end, error: new ToolError(words, { code: "RequestFailed", httpStatusCode: status, details }) };
  const error = new ToolError(`${words}, ${times(attempt)}`, {
    type: "External",
    code: "RequestFailed",
    httpStatusCode: status,
    details,
  });
  return { ...end, error };
}

function cancelled(): ToolError {
  return new ToolError("the call was cancelled", { type: "External", code: "RequestFailed" });
}
