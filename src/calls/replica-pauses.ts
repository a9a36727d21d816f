import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { isJsonObject } from "../base/json.ts";
import type { CallError, CallOutcome } from "../model/call.ts";

const FIRST_PAUSE_MS: Ms = 1_000;
const LONGEST_PAUSE_MS: Ms = 30_000;

/**
 * Which replicas want to be left in peace, by everybody: they have said that there are too many calls (429), or when to
 * come again (Retry-After). Without a time, the pause doubles each time that the calls after it are refused too.
 */
export class ReplicaPauses {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #pauses = new Map<string, { readonly untilMs: Ms; readonly refusals: number }>();

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** How long the replica is still to be left in peace; 0 when it may be called. */
  leftMs(connection: string): Ms {
    const pause = this.#pauses.get(connection);
    return pause === undefined ? 0 : Math.max(0, pause.untilMs - this.#clock.monotonicMs());
  }

  saw(connection: string, outcome: CallOutcome): void {
    const leftMs = this.leftMs(connection);
    if (outcome.kind === "succeeded") {
      // The answer to a call from before the pause says nothing of now.
      if (leftMs === 0) this.#pauses.delete(connection);
      return;
    }
    const retryAfterMs = outcome.kind === "failed" ? outcome.retryAfterMs : undefined;
    if (!isRefusal(outcome, retryAfterMs)) return;
    const before = this.#pauses.get(connection)?.refusals ?? 0;
    // Calls that were on their way together are refused together: that is one refusal.
    const refusals = leftMs > 0 ? before : before + 1;
    const ownMs = leftMs > 0 ? leftMs : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(16, before));
    const pauseMs = retryAfterMs === undefined ? ownMs : Math.max(leftMs, retryAfterMs);
    this.#pauses.set(connection, { untilMs: this.#clock.monotonicMs() + pauseMs, refusals });
  }
}

/**
 * A connection that says when it is opened again is lost, which is something else. And what a tool says of too many calls is
 * of what stands behind that tool: a gateway to ten services is not closed because one of them is.
 */
function isRefusal(outcome: CallOutcome & { readonly error: CallError }, retryAfterMs: Ms | undefined): boolean {
  const { kind, detail } = outcome.error;
  if (isJsonObject(detail) && "error" in detail) return false;
  return kind === "rate_limit" || (kind === "server_error" && retryAfterMs !== undefined);
}
