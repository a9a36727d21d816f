import { parentPort, workerData } from "node:worker_threads";
import { Refusal } from "./refusal.ts";

/** What a thread is started with. */
export interface ThreadData<Task> {
  readonly task: Task;
  /** One number: 0 go on, 1 stop. Shared, so that a loop that never waits sees it. */
  readonly stop: Int32Array;
}

/** What a thread says while it works, and at its end. */
export type ThreadMessage<Result, Progress> =
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "done"; readonly result: Result }
  | { readonly type: "refused"; readonly message: string };

/** What the work of a thread can do beside working. */
export interface ThreadSide<Progress> {
  readonly stopped: () => boolean;
  /** Is told once that the work is to stop, and again for as long as it goes on. */
  readonly onStop: (stop: () => void) => void;
  readonly tell: (progress: Progress) => void;
}

/** Does the task of this thread, and says what has come of it. */
export async function doTask<Result, Progress>(work: (task: never, side: ThreadSide<Progress>) => Promise<Result>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this file is run by a thread");
  const { task, stop } = workerData as ThreadData<never>;
  const say = (message: ThreadMessage<Result, Progress>): void => port.postMessage(message);
  const stopping: (() => void)[] = [];
  port.on("message", () => {
    for (const one of stopping) one();
  });
  try {
    const result = await work(task, {
      stopped: () => Atomics.load(stop, 0) !== 0,
      onStop: (one) => void stopping.push(one),
      tell: (progress) => say({ type: "progress", progress }),
    });
    say({ type: "done", result });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    say({ type: "refused", message: error.message });
  } finally {
    port.close();
  }
}
