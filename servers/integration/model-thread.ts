import { Worker } from "node:worker_threads";
import type { ModelAnswer, ModelFacts, ModelFile, ModelQuestion } from "./model-messages.ts";

/** A model that is loaded in a thread of its own. Disposing ends the thread, whatever it does. */
export interface ModelThread extends AsyncDisposable {
  /** What it is like. Throws an Error when it cannot be used. */
  facts(): Promise<ModelFacts>;
  ask(question: Omit<ModelQuestion, "id">): Promise<ModelOutcome>;
  /** Loads it before somebody asks. */
  load(): void;
  readonly running: () => boolean;
  /** Why it could not be loaded the last time, or has ended. */
  readonly problem: () => string | undefined;
}

export type ModelOutcome =
  | Extract<ModelAnswer, { kind: "scores" | "outputs" | "wrong" }>
  /** `busy`: too many ask at once. `failed`: the thread has ended, or took too long. */
  | { readonly kind: "busy" | "failed"; readonly reason: string };

const LOADING_MS = 60_000;
const ANSWER_MS = 10_000;
const WAITING_MAX = 64;

/** Starts the thread; after it has ended by itself, the next question starts another. */
export function modelThread(file: ModelFile): ModelThread {
  let current: Running | undefined;
  let closed = false;
  const running = (): Running => {
    if (current?.ended === false) return current;
    current = started(file);
    return current;
  };
  return {
    facts: async () => await running().facts,
    async ask(question) {
      if (closed) return { kind: "failed", reason: "the server ends" };
      return await running().ask(question);
    },
    load: () => void running(),
    running: () => current?.ended === false,
    problem: () => current?.problem,
    async [Symbol.asyncDispose]() {
      closed = true;
      await current?.stop("the model is not served any more");
    },
  };
}

interface Running {
  readonly facts: Promise<ModelFacts>;
  ended: boolean;
  problem?: string;
  ask(question: Omit<ModelQuestion, "id">): Promise<ModelOutcome>;
  stop(reason: string): Promise<void>;
}

function started(file: ModelFile): Running {
  const worker = new Worker(new URL("./model-worker.ts", import.meta.url), {
    workerData: file,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 1_024 },
    // What the runtime prints is told in answers.
    stdout: true,
    stderr: true,
  });
  worker.unref();
  worker.stdout.resume();
  worker.stderr.resume();
  const waiting = new Map<number, (outcome: ModelOutcome) => void>();
  const loaded = Promise.withResolvers<ModelFacts>();
  // Whoever asks for the facts hears of it; nobody has to.
  loaded.promise.catch(() => undefined);
  let last = 0;
  const end = (reason: string): void => {
    running.ended = true;
    running.problem ??= reason;
    loaded.reject(new Error(reason));
    for (const settle of waiting.values()) settle({ kind: "failed", reason });
    waiting.clear();
  };
  const stop = async (reason: string): Promise<void> => {
    end(reason);
    await worker.terminate();
  };
  const loading = setTimeout(() => void stop(`loading the model took longer than ${LOADING_MS} ms`), LOADING_MS).unref();
  worker.on("message", (message: ModelAnswer) => {
    if (message.kind === "loaded") loaded.resolve(message.facts);
    else if (message.kind === "unusable") void stop(message.reason);
    else waiting.get(message.id)?.(message);
    if (message.kind === "loaded") clearTimeout(loading);
  });
  worker.on("error", (error) => end(`the model has ended its thread: ${error.message.slice(0, 200)}`));
  worker.on("exit", () => {
    clearTimeout(loading);
    end("the thread of the model has ended");
  });
  const running: Running = {
    facts: loaded.promise,
    ended: false,
    stop,
    async ask(question) {
      if (waiting.size >= WAITING_MAX) return { kind: "busy", reason: `${WAITING_MAX} questions wait already` };
      const unusable = await loaded.promise.then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (unusable !== undefined || running.ended) return { kind: "failed", reason: unusable ?? "the thread of the model has ended" };
      const id = (last += 1);
      return await new Promise((resolve) => {
        const timer = setTimeout(() => void stop(`the model took longer than ${ANSWER_MS} ms`), ANSWER_MS).unref();
        waiting.set(id, (outcome) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(outcome);
        });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
        worker.postMessage({ ...question, id });
      });
    },
  };
  return running;
}
