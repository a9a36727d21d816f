import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";

/**
 * A call between its sending and its end: what may end it early, and what has come between.
 *
 * Its time stands still while a person is asked, and begins anew after that: nobody answers within the 30 s that
 * a call usually has, and what a server did before it asked is not what the limit is for.
 */
export interface LiveCall extends Disposable {
  /** Aborts when the time is up or when the caller's signal does. */
  readonly signal: AbortSignal;
  readonly timedOut: boolean;
  /** What the server wanted to ask when nobody could be asked. */
  unanswered: string | undefined;
  /** Stops the time. */
  hold(): void;
  /** Starts it again, from zero, when it has been released as often as held. */
  release(): void;
}

/** Begins the time of a call. Dispose it when the call has ended. */
export function beginCall(clock: Clock, parent: AbortSignal, timeoutMs: Ms): LiveCall {
  const controller = new AbortController();
  let holds = 0;
  const follow = (): void => controller.abort(parent.reason);
  const expire = (): void => {
    live.timedOut = !controller.signal.aborted;
    controller.abort(new Error(`no answer within ${timeoutMs} ms`));
  };
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });
  let timer = clock.after(timeoutMs, expire);
  const live = {
    signal: controller.signal,
    timedOut: false,
    unanswered: undefined,
    hold() {
      holds += 1;
      timer[Symbol.dispose]();
    },
    release() {
      holds -= 1;
      if (holds > 0) return;
      timer[Symbol.dispose]();
      timer = clock.after(timeoutMs, expire);
    },
    [Symbol.dispose]() {
      // A release that comes later must not start the time of a call that has ended.
      holds = Number.POSITIVE_INFINITY;
      timer[Symbol.dispose]();
      parent.removeEventListener("abort", follow);
    },
  };
  return live;
}
