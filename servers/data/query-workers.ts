import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import { fairTurns } from "./fair-turns.ts";
import type { QueryJob, QueryOutcome } from "./query-job.ts";
import { type QueryProcess, startQueryProcess } from "./query-process.ts";

/*
 * Q1. A process runs one job at a time, and is ended when the job has not come to its own end: a statement that heeds no
 *     interrupt is stopped too, and one that brings its engine down brings nothing else down.
 */

/** Processes that run queries, started when they are needed and then kept. Disposing ends them with what runs in them. */
export interface QueryWorkers extends AsyncDisposable {
  /** When it settles, nothing of the job runs any more. @throws ToolError - the job was refused, stopped or given up */
  run(tenant: string, job: QueryJob, signal: AbortSignal): Promise<QueryOutcome>;
  readonly running: number;
  readonly waiting: number;
}

export interface QueryWorkersOptions {
  readonly atOnce: number;
  readonly timeLimitMs: number;
}

const WAITING_MAX = 200;

export function openQueryWorkers({ atOnce, timeLimitMs }: QueryWorkersOptions): QueryWorkers {
  const turns = fairTurns({ atOnce, waitingMax: WAITING_MAX });
  const idle: QueryProcess[] = [];
  const closing = new AbortController();
  const busy = new Set<Promise<unknown>>();
  const inProcess = async (job: QueryJob, signal: AbortSignal): Promise<QueryOutcome> => {
    let process = idle.pop();
    // Somebody may have ended it while it had nothing to do.
    while (process !== undefined && !process.usable) process = idle.pop();
    process ??= startQueryProcess();
    try {
      return await process.run(job, { timeMs: timeLimitMs, signal });
    } finally {
      if (process.usable && !closing.signal.aborted) idle.push(process);
      else await process[Symbol.asyncDispose](); // Q1
    }
  };
  const run = async (tenant: string, job: QueryJob, signal: AbortSignal): Promise<QueryOutcome> => {
    using _turn = await turns.take(tenant, signal);
    const outcome = await inProcess(job, signal);
    if (outcome.type === "refused" || outcome.type === "exceeded") throw refuse(outcome.message);
    return outcome;
  };
  return {
    async run(tenant, job, signal) {
      if (closing.signal.aborted) throw new ToolError("the server is closing", { type: "Connection" });
      using either = eitherSignal(signal, closing.signal);
      const running = run(tenant, job, either.signal);
      busy.add(running);
      try {
        return await running;
      } finally {
        busy.delete(running);
      }
    },
    get running() {
      return turns.running;
    },
    get waiting() {
      return turns.waiting;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.allSettled(busy);
      await Promise.all(idle.splice(0).map(async (process) => await process[Symbol.asyncDispose]()));
    },
  };
}

/** Lets go of both when disposed, as `AbortSignal.any` does not. */
function eitherSignal(one: AbortSignal, other: AbortSignal): { readonly signal: AbortSignal } & Disposable {
  const either = new AbortController();
  const abort = (): void => either.abort();
  for (const signal of [one, other]) {
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  }
  return {
    signal: either.signal,
    [Symbol.dispose]() {
      for (const signal of [one, other]) signal.removeEventListener("abort", abort);
    },
  };
}
