import { fork } from "node:child_process";
import { join } from "node:path";
import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { RenderAnswer, RenderJob } from "./render-job.ts";

export interface RenderLimits {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/**
 * A process that renders one job at a time. It does not keep the server. A thread would not do: some of what a template
 * can ask for takes so much memory at once that V8 ends the whole process over it.
 */
export interface RenderProcess {
  readonly state: "starting" | "idle" | "busy" | "ended";
  /** Only when it is idle. The job has the process no longer than its time: then the process ends. */
  run(job: RenderJob): Promise<RenderAnswer | ToolError>;
  /** Resolves when it has gone; its job gets this error. */
  end(problem: ToolError): Promise<void>;
}

/** @param changed - is told when the process has become idle or has ended, and then what of */
export function startRenderProcess({ timeoutMs, memoryMb }: RenderLimits, changed: (problem?: ToolError) => void): RenderProcess {
  // What V8 writes when memory is over is nothing for whoever reads what the server writes.
  const child = fork(join(import.meta.dirname, "render-worker.ts"), [String(process.pid)], {
    env: {},
    execArgv: [`--max-old-space-size=${memoryMb}`, "--max-semi-space-size=8"],
    serialization: "json",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let state: RenderProcess["state"] = "starting";
  let settle: (answer: RenderAnswer | ToolError) => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (problem: ToolError): void => {
    if (state === "ended") return;
    state = "ended";
    clearTimeout(timer);
    settle(problem);
    child.kill("SIGKILL");
    changed(problem);
  };
  const gone = new Promise<void>((resolve) => {
    child.once("exit", (_, signal) => {
      resolve();
      end(signal === "SIGABRT" ? refuse(`rendering has taken more memory than ${memoryMb} MB`) : lost());
    });
    child.on("error", () => {
      if (child.pid === undefined) resolve();
      end(lost());
    });
  });
  child.unref();
  child.channel?.unref();
  child.on("message", (message: "ready" | RenderAnswer) => {
    if (state === "ended") return;
    clearTimeout(timer);
    state = "idle";
    if (message !== "ready") settle(message);
    changed();
  });
  return {
    get state() {
      return state;
    },
    async run(job) {
      const { promise, resolve } = Promise.withResolvers<RenderAnswer | ToolError>();
      settle = resolve;
      state = "busy";
      timer = setTimeout(() => end(refuse(`rendering has taken longer than ${timeoutMs} ms`)), timeoutMs);
      // One that has just ended is noticed by its exit.
      child.send(job, () => undefined);
      return await promise;
    },
    async end(problem) {
      end(problem);
      // Whoever waits for its end would else be left waiting by a server that has nothing more to do.
      child.ref();
      await gone;
    },
  };
}

function lost(): ToolError {
  return new ToolError("the process that rendered has ended; try again", { type: "External" });
}
