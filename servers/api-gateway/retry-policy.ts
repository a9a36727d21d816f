/** How one attempt ended that did not succeed. */
export interface FailedAttempt {
  /** The status that was answered; undefined when none was. */
  readonly status?: number;
  /** What the answer said in `Retry-After`. */
  readonly retryAfterMs?: number;
}

/** Longer waits are for whoever called. */
const WAIT_MAX_MS = 10_000;
const BACKOFF_MS = 100;
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The pause before the next attempt, 100 ms times 2 to the power of the attempts before; undefined when there is none. */
export function retryDelayMs(
  { status, retryAfterMs }: FailedAttempt,
  { attempt, retries, repeatable }: { readonly attempt: number; readonly retries: number; readonly repeatable: boolean },
): number | undefined {
  if (attempt > retries || !isTransient(status)) return undefined;
  // Of these, 429 alone says that nothing was done.
  if (!repeatable && status !== 429) return undefined;
  const delayMs = retryAfterMs ?? BACKOFF_MS * 2 ** (attempt - 1);
  return delayMs > WAIT_MAX_MS ? undefined : delayMs;
}

/** Whether the same may succeed a moment later. */
export function isTransient(status: number | undefined): boolean {
  return status === undefined || TRANSIENT.has(status);
}

/** Seconds, or a date. Undefined when it is neither, or in the past. */
export function readRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,7}$/.test(text.trim())) return Number(text) * 1_000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) || atMs < nowMs ? undefined : atMs - nowMs;
}
