import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import { type QueryAnswer, type QueryJob, type QueryOutcome, READY } from "./query-job.ts";

/** A process that runs one job at a time. Disposing ends it, also in the middle of one. */
export interface QueryProcess extends AsyncDisposable {
  /** Whether it can take another job: it has come to the end of every one so far, and has not had too many. */
  readonly usable: boolean;
  /** @throws ToolError - the time was over, the signal aborted, or the process ended; it is not usable then */
  run(job: QueryJob, limit: { readonly timeMs: number; readonly signal: AbortSignal }): Promise<QueryOutcome>;
}

/** What the engine does not give back after a job goes with the process. */
const JOBS_MAX = 500;
const HELD_MB_MAX = 200;
/** How long a process may take until it can run anything, beside the time of its first job. */
const START_MS_MAX = 60_000;

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
  let ready = false;
  child.once("message", () => (ready = true));
  return {
    get usable() {
      return whole && child.connected && jobs < JOBS_MAX;
    },
    async run(job, limit) {
      jobs += 1;
      whole = false;
      const { outcome, heldMb } = await answerOf(child, job, { ...limit, startMs: ready ? 0 : START_MS_MAX });
      // What the engine has not given back would count for the next job.
      whole = outcome.type !== "exceeded" && heldMb < HELD_MB_MAX + job.limits.memoryMb / 2;
      return outcome;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

interface AnswerLimit {
  readonly timeMs: number;
  readonly startMs: number;
  readonly signal: AbortSignal;
}

async function answerOf(child: ChildProcess, job: QueryJob, { timeMs, startMs, signal }: AnswerLimit): Promise<QueryAnswer> {
  using ended = new DisposableStack();
  const { promise, resolve, reject } = Promise.withResolvers<QueryAnswer>();
  const late = (): void => reject(refuse(`the query takes longer than ${timeMs / 1_000} s: ask for less, or in steps`));
  let timer = setTimeout(late, timeMs + startMs);
  ended.defer(() => clearTimeout(timer));
  const heard = (message: QueryAnswer | typeof READY): void => {
    if (message !== READY) return resolve(message);
    clearTimeout(timer);
    timer = setTimeout(late, timeMs);
  };
  child.on("message", heard);
  ended.defer(() => child.off("message", heard));
  const gone = (): void => reject(new ToolError("the engine has gone down over the query: write it in another way", { type: "External" }));
  child.once("exit", gone);
  ended.defer(() => child.off("exit", gone));
  const stop = (): void => reject(new ToolError("the query was given up", { type: "Connection" }));
  signal.addEventListener("abort", stop, { once: true });
  ended.defer(() => signal.removeEventListener("abort", stop));
  if (signal.aborted) stop();
  else child.send(job, (error) => error !== null && gone());
  return await promise;
}
