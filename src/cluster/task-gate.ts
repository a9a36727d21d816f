import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { CallGate } from "../ports/tool-caller.ts";
import type { TaskProgress } from "./cluster-message.ts";

/** A hub that is not told that a task waits takes it back. */
const SAID_WITHIN_MS: Ms = 3_000;
/** What comes between is not told: some tools tell of every byte. */
const PROGRESS_EVERY_MS: Ms = 100;
const WORDS_MAX = 1_000;

export interface TaskGateParts {
  readonly taskId: string;
  readonly clock: Clock;
  readonly tell: (progress: TaskProgress) => void;
  /** Resolves when the task may begin. */
  readonly begin: () => Promise<void>;
}

/** Lets a hub follow a task. Dispose it when the task has ended. */
export function taskGate({ taskId, clock, tell, begin }: TaskGateParts): CallGate & Disposable {
  let toldMs = Number.NEGATIVE_INFINITY;
  let asked = false;
  const waits = (): void => {
    if (!asked) tell({ taskId, stage: "waiting" });
  };
  const limit = clock.after(SAID_WITHIN_MS, waits);
  return {
    async sending() {
      asked = true;
      await begin();
    },
    stage(stage) {
      if (stage === "waiting") waits();
    },
    progress(progress) {
      const nowMs = clock.monotonicMs();
      if (nowMs - toldMs < PROGRESS_EVERY_MS) return;
      toldMs = nowMs;
      const { message } = progress;
      tell({
        taskId,
        stage: "working",
        progress: message === undefined ? progress : { ...progress, message: message.slice(0, WORDS_MAX) },
      });
    },
    [Symbol.dispose]: () => limit[Symbol.dispose](),
  };
}
