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
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });
  const timer = clock.after(timeoutMs, () => {
    limit.expired = !controller.signal.aborted;
    controller.abort(reason());
  });
  // A member and no getter: V8 links the getters of one literal, so that those of the past keep new ones from being freed.
  const limit = {
    signal: controller.signal,
    expired: false,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      parent.removeEventListener("abort", follow);
    },
  };
  return limit;
}
