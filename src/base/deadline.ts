import type { Clock } from "./clock.ts";

/** A signal that aborts when its parent does or when its time is up. Dispose it: it then lets go of the parent. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True when the time was up, false when the parent aborted or nothing did. */
  readonly expired: boolean;
}

/**
 * Bounds a piece of work. Unlike `AbortSignal.any`, it keeps nothing on a parent that lives as long as the process.
 *
 * @param reason - made when the time is up; becomes `signal.reason`
 */
export function deadline(clock: Clock, parent: AbortSignal, timeoutMs: number, reason: () => Error): Deadline {
  const controller = new AbortController();
  let expired = false;
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });
  const timer = clock.after(timeoutMs, () => {
    expired = !controller.signal.aborted;
    controller.abort(reason());
  });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      parent.removeEventListener("abort", follow);
    },
  };
}
