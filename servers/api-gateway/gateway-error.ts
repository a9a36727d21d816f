import { ToolError } from "tutti/server";

/*
 * The codes of the errors of this server: ApiNotFound, AuthenticationFailed, RateLimitExceeded, RequestFailed,
 * TransformationError, TimeoutError, CircuitBreakerOpen.
 */

/** There is no such API, or no such endpoint. */
export function notFound(kind: "API" | "endpoint", name: string, known: readonly string[]): ToolError {
  const words = `there is no ${kind} "${name.slice(0, 100)}"; there are ${known.join(", ") || "none"}`;
  return new ToolError(words, { type: "Validation", code: "ApiNotFound", details: { known: [...known] } });
}

/** What was wrong with who we say that we are. */
export function authenticationFailed(message: string, status?: number): ToolError {
  return new ToolError(message, {
    type: "Security",
    code: "AuthenticationFailed",
    ...(status === undefined ? {} : { httpStatusCode: status }),
  });
}

/** For so long nobody asks this server anything, and other APIs of it neither: one that says more may be wrong. */
const RETRY_AFTER_SECONDS_MAX = 3_600;

/** @param retryAfterMs - until there is a place again; it is said to be an hour at most */
export function rateLimitExceeded(message: string, retryAfterMs: number): ToolError {
  const retryAfter = Math.min(RETRY_AFTER_SECONDS_MAX, Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  return new ToolError(message, { type: "External", code: "RateLimitExceeded", httpStatusCode: 429, retryAfter });
}

/** Said of one API: a `retryAfter` would make Tutti leave this whole server alone, with all the other APIs. */
export function circuitBreakerOpen(apiName: string, retryAfterMs: number): ToolError {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const words = `"${apiName}" has failed too often and is left alone for ${seconds} s more`;
  return new ToolError(words, { code: "CircuitBreakerOpen", httpStatusCode: 503, details: { retry_after_seconds: seconds } });
}

export function timedOut(apiName: string, timeoutMs: number, attempts: number): ToolError {
  const words = `"${apiName}" has not answered within ${timeoutMs} ms, ${times(attempts)}`;
  return new ToolError(words, { type: "External", code: "TimeoutError", httpStatusCode: 504, details: { attempts } });
}

/** "once", "3 times". */
export function times(count: number): string {
  return count === 1 ? "asked once" : `asked ${count} times`;
}
