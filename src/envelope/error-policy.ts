import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";

export type ErrorMode = "fail_fast" | "allow_partial" | "best_effort";

/** What happens when a step has finally failed. Every field but the mode has its default where it is used. */
export interface ErrorPolicy {
  readonly mode: ErrorMode;
  /** Attempts of steps without `retry`, in place of the default of 3. */
  readonly retryCount?: number;
  /** Time for one attempt of steps without `timeout`, in place of the default of 30 s. */
  readonly timeoutMs?: Ms;
  /** False ignores every `fallback`. Default true. */
  readonly fallbackEnabled?: boolean;
  /** Under best_effort, whether a stale cache entry may stand in. Default true. */
  readonly cacheOnError?: boolean;
  /** False ends a failed fail_fast execution without compensation. Default true. */
  readonly rollbackOnFailure?: boolean;
  /** False keeps the reasons of failures out of answers to envelopes. Default true. */
  readonly propagateToUser?: boolean;
}

/** An error policy as it stands in a message: a mode alone, or an object with any of its fields, in snake_case. */
export type ErrorPolicySetting = string | JsonObject;
