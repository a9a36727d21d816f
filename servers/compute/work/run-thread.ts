import { Worker } from "node:worker_threads";
import { Refusal } from "./refusal.ts";
import type { ThreadData, ThreadMessage } from "./thread-side.ts";

/** How often a thread that is to stop is told so: a query that began after the last time must hear it too. */
const REMIND_MS = 100;

/** A thread that has not stopped by then is in plain JavaScript, and can be ended as it is. */
const STOP_MS_MAX = 1_000;

const HEAP_MB_MAX = 2_048;

export interface ThreadOptions<Task, Progress> {
  /** A file that calls `doTask`. */
  readonly file: URL;
  readonly task: Task;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Has a task done by a thread of its own. Resolves or rejects when the thread is gone.
 *
 * @throws Refusal - the work says no, or is too big
 * @throws the reason of the signal - it was aborted
 */
export async function runThread<Task, Result, Progress = never>(options: ThreadOptions<Task, Progress>): Promise<Result> {
  const { file, task, signal, onProgress } = options;
  signal.throwIfAborted();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const data: ThreadData<Task> = { task, stop };
  const worker = new Worker(file, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX }, env: {} });
  return await new Promise<Result>((resolve, reject) => {
    let end: () => void = () => reject(new Error("the thread has ended without a word"));
    const timers: NodeJS.Timeout[] = [];
    const ask = (): void => {
      Atomics.store(stop, 0, 1);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      const remind = (): void => worker.postMessage("stop");
      remind();
      timers.push(
        setInterval(remind, REMIND_MS),
        setTimeout(() => void worker.terminate(), STOP_MS_MAX),
      );
    };
    worker.on("message", (message: ThreadMessage<Result, Progress>) => {
      if (message.type === "progress") onProgress?.(message.progress);
      else if (message.type === "done") end = () => resolve(message.result);
      else end = () => reject(new Refusal(message.message));
    });
    worker.on("error", (error) => {
      end = () => reject(outOfMemory(error) ? new Refusal("this is more than fits into the memory of a thread") : error);
    });
    worker.on("exit", () => {
      signal.removeEventListener("abort", ask);
      for (const timer of timers) clearInterval(timer);
      if (signal.aborted) reject(signal.reason);
      else end();
    });
    signal.addEventListener("abort", ask, { once: true });
  });
}

function outOfMemory(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return code === "ERR_WORKER_OUT_OF_MEMORY" || (error instanceof RangeError && error.message.includes("allocation failed"));
}
