import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { CallOutcome } from "../model/call.ts";

/** A call on its way to one replica. */
export interface Trial {
  readonly connection: string;
  /** Ends soon after it was stopped, and gives back by itself what it holds. */
  readonly outcome: Promise<CallOutcome>;
  stop(): void;
}

/** How a trial ended. */
export interface TrialEnd {
  readonly connection: string;
  readonly outcome: CallOutcome;
}

/**
 * Waits for the first trial, and begins a second one when that takes long. The first success wins, and the other is
 * stopped; nobody waits for that. Gives all ends that there have been, the winner last.
 *
 * @param hedge.second - undefined when nobody else can be asked at once
 */
export function firstSuccess(
  first: Trial,
  hedge: { readonly clock: Clock; readonly afterMs: Ms; readonly second: () => Trial | undefined },
): Promise<readonly TrialEnd[]> {
  return new Promise((resolve, reject) => {
    const running = new Set<Trial>();
    const ends: TrialEnd[] = [];
    const follow = (trial: Trial): void => {
      running.add(trial);
      trial.outcome.then((outcome) => ended(trial, outcome), reject);
    };
    const ended = (trial: Trial, outcome: CallOutcome): void => {
      running.delete(trial);
      ends.push({ connection: trial.connection, outcome });
      if (outcome.kind !== "succeeded" && running.size > 0) return;
      timer[Symbol.dispose]();
      for (const other of running) other.stop();
      resolve([...ends]);
    };
    const timer = hedge.clock.after(hedge.afterMs, () => {
      const other = hedge.second();
      if (other !== undefined) follow(other);
    });
    follow(first);
  });
}
