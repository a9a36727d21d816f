import { Worker } from "node:worker_threads";
import type { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { RenderAnswer, RenderJob } from "./render-job.ts";

export interface RenderLimits {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** One thread that renders one job at a time. It does not keep the process. */
export interface RenderThread {
  readonly state: "starting" | "idle" | "busy" | "ended";
  /** Only when it is idle. The job has the thread no longer than its time: then the thread ends. */
  run(job: RenderJob): Promise<RenderAnswer | ToolError>;
  /** Resolves when it has gone; its job gets this error. */
  end(problem: ToolError): Promise<void>;
}

/** @param changed - is told when the thread has become idle or has ended, and then what of */
export function startRenderThread({ timeoutMs, memoryMb }: RenderLimits, changed: (problem?: ToolError) => void): RenderThread {
  const worker = new Worker(new URL("./render-worker.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    env: {},
  });
  let state: RenderThread["state"] = "starting";
  let settle: (answer: RenderAnswer | ToolError) => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (problem: ToolError): void => {
    if (state === "ended") return;
    state = "ended";
    clearTimeout(timer);
    settle(problem);
    void worker.terminate();
    changed(problem);
  };
  worker.unref();
  worker.on("message", (message: "ready" | RenderAnswer) => {
    if (state === "ended") return;
    clearTimeout(timer);
    state = "idle";
    if (message !== "ready") settle(message);
    changed();
  });
  worker.on("error", (error) => end(problemOf(error, memoryMb)));
  worker.on("exit", () => end(refuse("the thread that rendered has ended")));
  return {
    get state() {
      return state;
    },
    async run(job) {
      const { promise, resolve } = Promise.withResolvers<RenderAnswer | ToolError>();
      settle = resolve;
      state = "busy";
      timer = setTimeout(() => end(refuse(`rendering has taken longer than ${timeoutMs} ms`)), timeoutMs);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(job);
      return await promise;
    },
    async end(problem) {
      end(problem);
      await worker.terminate();
    },
  };
}

function problemOf(error: Error, memoryMb: number): ToolError {
  if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") return refuse(`rendering has taken more memory than ${memoryMb} MB`);
  return refuse(`rendering has failed: ${error.message.slice(0, 300)}`);
}
