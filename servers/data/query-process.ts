import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { QueryJob, QueryOutcome } from "./query-job.ts";

/** A process that runs one job at a time. Disposing ends it, also in the middle of one. */
export interface QueryProcess extends AsyncDisposable {
  /** Whether it can take another job: it has come to the end of every one so far, and has not had too many. */
  readonly usable: boolean;
  /** @throws ToolError - the time was over, the signal aborted, or the process ended; it is not usable then */
  run(job: QueryJob, limit: { readonly timeMs: number; readonly signal: AbortSignal }): Promise<QueryOutcome>;
}

/** What the engine does not give back after a job goes with the process. */
const JOBS_MAX = 500;

export function startQueryProcess(): QueryProcess {
  // It gets nothing of the environment, and nothing may reach the wire of this server, which is stdout.
  const child = fork(join(import.meta.dirname, "query-worker.ts"), [], {
    env: {},
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    serialization: "json",
  });
  // An error is also the end of what was asked: `close` or `disconnect` follows.
  child.on("error", () => child.kill("SIGKILL"));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  let jobs = 0;
  let whole = true;
  return {
    get usable() {
      return whole && child.connected && jobs < JOBS_MAX;
    },
    async run(job, limit) {
      jobs += 1;
      whole = false;
      const outcome = await answerOf(child, job, limit);
      whole = outcome.type !== "exceeded";
      return outcome;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function answerOf(
  child: ChildProcess,
  job: QueryJob,
  { timeMs, signal }: { readonly timeMs: number; readonly signal: AbortSignal },
): Promise<QueryOutcome> {
  using ended = new DisposableStack();
  const { promise, resolve, reject } = Promise.withResolvers<QueryOutcome>();
  const listen = (event: "message" | "exit", heard: (value: QueryOutcome) => void): void => {
    child.once(event, heard);
    ended.defer(() => child.off(event, heard));
  };
  listen("message", resolve);
  listen("exit", () => reject(new ToolError("the query brought the engine down: write it in another way", { type: "Validation" })));
  const timer = setTimeout(() => reject(refuse(`the query takes longer than ${timeMs / 1_000} s: ask for less, or in steps`)), timeMs);
  ended.defer(() => clearTimeout(timer));
  const stop = (): void => reject(new ToolError("the query was given up", { type: "Connection" }));
  signal.addEventListener("abort", stop, { once: true });
  ended.defer(() => signal.removeEventListener("abort", stop));
  if (signal.aborted) stop();
  else child.send(job, (error) => error !== null && reject(new ToolError("the engine is gone", { type: "Connection", cause: error })));
  return await promise;
}
