import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "tutti/server";
import type { Exchange } from "../../kit/files/exchange.ts";
import type { State } from "../../kit/state/state.ts";
import type { ModelStore } from "../model/model-store.ts";
import { HELD_OUT_FILE, MODEL_FILE, type Trained, type TrainTask } from "../training/train-file.ts";
import type { TrainProgress } from "../training/training-reporter.ts";
import { Refusal } from "../work/refusal.ts";
import { runThread } from "../work/run-thread.ts";
import type { Job, JobProgress, JobTable } from "./job-table.ts";
import type { LivingOwner } from "./living-owner.ts";

/** Runs the jobs of the table, some at a time, each in a thread. Disposing stops them: they go on at the next start. */
export interface JobRunner extends AsyncDisposable {
  /** Where the files of a job are. */
  directory(jobId: string): string;
  /** Says that there is something to do. */
  wake(): void;
  /** Stops a job, wherever it runs. It has ended when its status says so. */
  cancel(jobId: string): void;
  /** Newer than the table, for a job that runs here. */
  progress(jobId: string): JobProgress | undefined;
  /** Resolves when some job has changed here, or after a moment, because it may have changed elsewhere. */
  change(signal: AbortSignal): Promise<void>;
}

export interface JobRunnerOptions {
  readonly state: State;
  readonly jobs: JobTable;
  readonly models: ModelStore;
  readonly exchange: Exchange;
  readonly owner: LivingOwner;
  readonly directory: string;
  readonly atOnce: number;
  readonly checkpointMs: number;
  readonly memoryMb: number;
}

/** A job that was begun so often and never came to a checkpoint is what ends this process. */
const STARTS_MAX = 5;

const LOOK_MS = 1_000;
const MOMENT_MS = 250;
const KEEP_MS = 1_000;

const TRAIN_WORKER = new URL("../train-worker.ts", import.meta.url);

interface Running {
  readonly stop: AbortController;
  readonly end: Promise<void>;
  progress?: JobProgress;
  keptMs: number;
}

export function openJobRunner(options: JobRunnerOptions): JobRunner {
  const { state, jobs, owner, atOnce } = options;
  const mine = new Map<string, Running>();
  const waiting = new Set<() => void>();
  let closing = false;
  const directory = (jobId: string): string => join(options.directory, jobId);
  const told = (): void => {
    for (const one of waiting) one();
  };

  const run = async (job: Job, running: Running): Promise<void> => {
    const place = directory(job.id);
    try {
      const trained = await train(options, { job, place, running, told });
      await complete(options, { job, place, trained });
    } catch (error) {
      endWithout(jobs, { job, error, stopped: running.stop.signal.aborted, closing });
    }
    mine.delete(job.id);
    if (jobs.find(job.id)?.endedAt !== undefined) rmSync(place, { recursive: true, force: true });
    told();
    if (!closing) look();
  };

  const look = (): void => {
    if (closing) return;
    const begun =
      jobs.count("queued") + jobs.count("running") === 0 ? [] : state.transaction(() => takeOver(jobs, owner, atOnce - mine.size));
    for (const job of begun) {
      const running: Running = { stop: new AbortController(), end: Promise.resolve(), keptMs: 0 };
      mine.set(job.id, running);
      const end = run(job, running).catch((error: unknown) => void process.stderr.write(`job ${job.id}: ${String(error)}\n`));
      Object.assign(running, { end });
    }
    // Whoever asked may have been another process.
    for (const { id } of jobs.running().filter(({ cancelled }) => cancelled)) mine.get(id)?.stop.abort(new Error("cancelled"));
    if (begun.length > 0) told();
  };

  mkdirSync(options.directory, { recursive: true });
  owner.tidy();
  sweep(options);
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  look();
  return {
    directory,
    wake: look,
    cancel(jobId) {
      jobs.askToStop(jobId);
      look();
      told();
    },
    progress: (jobId) => mine.get(jobId)?.progress,
    change: async (signal) => await changeOrMoment(waiting, signal),
    async [Symbol.asyncDispose]() {
      closing = true;
      clearInterval(timer);
      for (const { stop } of mine.values()) stop.abort(new Error("the server ends"));
      await Promise.all([...mine.values()].map(async ({ end }) => await end));
      owner[Symbol.dispose]();
    },
  };
}

interface Unfinished {
  readonly job: Job;
  readonly error: unknown;
  readonly stopped: boolean;
  readonly closing: boolean;
}

/** Ends a job that has no model, or puts it back when it is only this process that ends. */
function endWithout(jobs: JobTable, { job, error, stopped, closing }: Unfinished): void {
  if (stopped && closing) return jobs.release(job.id);
  const at = new Date().toISOString();
  if (stopped) return jobs.end(job.id, { status: "cancelled", at });
  const known = error instanceof Refusal || error instanceof ToolError;
  if (!known) process.stderr.write(`job ${job.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  jobs.end(job.id, { status: "failed", at, error: known ? error.message : "the training failed; the log of the server says why" });
}

/** What can be begun here, and is from now on. Jobs of owners that are gone are put back first (J1). */
function takeOver(jobs: JobTable, owner: LivingOwner, places: number): readonly Job[] {
  const at = new Date().toISOString();
  for (const job of jobs.running()) if (job.owner === undefined || !owner.lives(job.owner)) jobs.release(job.id);
  const begun: Job[] = [];
  for (const job of jobs.startable()) {
    if (job.cancelled) jobs.end(job.id, { status: "cancelled", at });
    else if (job.starts >= STARTS_MAX)
      jobs.end(job.id, { status: "failed", at, error: `it was begun ${job.starts} times and never came far` });
    else if (begun.length < places) {
      jobs.begin(job.id, owner.id, at);
      begun.push(job);
    }
  }
  return begun;
}

interface Task {
  readonly job: Job;
  readonly place: string;
}

async function train(
  { jobs, checkpointMs, memoryMb }: JobRunnerOptions,
  { job, place, running, told }: Task & { readonly running: Running; readonly told: () => void },
): Promise<Trained> {
  const { order } = job;
  const task: TrainTask = {
    source: { path: join(place, `input.${order.format}`), format: order.format, columns: order.columns },
    inputSha256: order.inputSha256,
    parameters: order.parameters,
    directory: place,
    checkpointMs,
    memoryMb,
  };
  return await runThread<TrainTask, Trained, TrainProgress>({
    file: TRAIN_WORKER,
    task,
    signal: running.stop.signal,
    onProgress({ epoch, share, secondsPerEpoch, losses, checkpoint }) {
      running.progress = { epoch, progress: share, secondsPerEpoch, losses, checkpoint };
      const now = performance.now();
      // Others read of it in the table, and need not know at once.
      if (now - running.keptMs >= KEEP_MS) {
        running.keptMs = now;
        jobs.tell(job.id, running.progress);
      }
      told();
    },
  });
}

async function complete(options: JobRunnerOptions, { job, place, trained }: Task & { readonly trained: Trained }): Promise<void> {
  const { state, jobs, models, exchange } = options;
  const { id, tenant, modelId, order } = job;
  const { sha256, bytes, facts, users, items, losses, secondsPerEpoch, resumedAtEpoch } = trained;
  if (order.heldOutFile !== undefined) {
    await exchange.write(tenant, order.heldOutFile, (path) => copyFileSync(join(place, HELD_OUT_FILE), path));
  }
  const at = new Date();
  const seconds = (at.getTime() - Date.parse(jobs.find(id)?.startedAt ?? at.toISOString())) / 1_000;
  const { accuracy, baselineAccuracy, evaluatedPairs, heldOutPairs, learnedPairs, ignoredRows } = facts;
  const counts = { evaluatedPairs, heldOutPairs, learnedPairs, ignoredRows, users, items };
  const result = { accuracy, baselineAccuracy, ...counts, bytes, sha256, seconds, resumedAtEpoch };
  state.transaction(() => {
    models.add({ id: modelId, tenant, name: order.modelName, sha256, bytes, createdAt: at.toISOString() }, join(place, MODEL_FILE));
    jobs.tell(id, { epoch: losses.length, progress: 1, secondsPerEpoch, losses, checkpoint: true });
    jobs.end(id, { status: "completed", at: at.toISOString(), result });
  });
}

/** Folders of jobs that nobody knows: they were made by a process that ended before it could say so, or their job has ended. */
function sweep({ state, jobs, directory }: JobRunnerOptions): void {
  state.transaction(() => {
    for (const name of readdirSync(directory)) {
      const job = jobs.find(name);
      if (job === undefined || job.endedAt !== undefined) rmSync(join(directory, name), { recursive: true, force: true });
    }
  });
}

async function changeOrMoment(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      waiting.delete(done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, MOMENT_MS);
    waiting.add(done);
    signal.addEventListener("abort", done, { once: true });
  });
}
