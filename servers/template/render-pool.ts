import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { RenderAnswer, RenderJob } from "./render-job.ts";
import { type RenderLimits, type RenderThread, startRenderThread } from "./render-thread.ts";

/*
 * P1. A thread that a job has held for too long is ended, and another one takes its place: no template stops the server.
 * P2. No tenant has all threads while another one waits.
 */

export interface RenderAsked {
  readonly tenant: string;
  readonly signal: AbortSignal;
}

const THREADS_MAX = 3;
const THREADS_OF_A_TENANT = 2;
const WAITING_MAX = 200;

interface Work {
  readonly job: RenderJob;
  readonly tenant: string;
  readonly settle: (answer: RenderAnswer | ToolError) => void;
}

/** Threads that render. Disposing ends them, and refuses what has not ended. */
export class RenderPool implements AsyncDisposable {
  readonly #limits: RenderLimits;
  /** What each thread does; undefined while it has nothing to do. */
  readonly #threads = new Map<RenderThread, Work | undefined>();
  readonly #waiting: Work[] = [];
  #ended = 0;
  #closed = false;

  constructor(limits: RenderLimits) {
    this.#limits = limits;
    this.#begin();
  }

  /** @throws ToolError - the job is refused, takes too long or too much memory, or there are too many */
  async run(job: RenderJob, { tenant, signal }: RenderAsked): Promise<RenderAnswer> {
    if (this.#closed) throw closing();
    if (this.#waiting.length >= WAITING_MAX) {
      throw new ToolError("too much waits to be rendered", { type: "External", httpStatusCode: 429, retryAfter: 1 });
    }
    const { promise, resolve: settle } = Promise.withResolvers<RenderAnswer | ToolError>();
    const work: Work = { job, tenant, settle };
    const stop = (): void => this.#cancel(work);
    signal.addEventListener("abort", stop);
    this.#waiting.push(work);
    if (signal.aborted) stop();
    this.#pump();
    const answer = await promise;
    signal.removeEventListener("abort", stop);
    if (answer instanceof ToolError) throw answer;
    if (answer.type === "refused") throw refuse(answer.message);
    return answer;
  }

  facts(): { readonly threads: number; readonly waiting: number; readonly ended_threads: number } {
    return { threads: this.#threads.size, waiting: this.#waiting.length, ended_threads: this.#ended };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#refuseWaiting(closing());
    await Promise.all([...this.#threads.keys()].map(async (thread) => await thread.end(closing())));
  }

  #begin(): void {
    let started = false;
    const thread = startRenderThread(this.#limits, (problem) => {
      if (problem !== undefined) {
        this.#threads.delete(thread);
        this.#ended += 1;
        // It could not even begin, and the next one could not either.
        if (!started) this.#refuseWaiting(problem);
      }
      started = true;
      this.#pump();
    });
    this.#threads.set(thread, undefined);
  }

  #pump(): void {
    if (this.#closed) return;
    for (const thread of this.#threads.keys()) {
      const work = thread.state === "idle" ? this.#next() : undefined;
      if (work !== undefined) void this.#give(thread, work);
    }
    const starting = [...this.#threads.keys()].filter(({ state }) => state === "starting").length;
    if (this.#waiting.length > starting && this.#threads.size < THREADS_MAX) this.#begin();
  }

  /** The first that waits and may have one more thread (P2). */
  #next(): Work | undefined {
    const held = [...this.#threads.values()];
    const next = this.#waiting.findIndex(({ tenant }) => held.filter((work) => work?.tenant === tenant).length < THREADS_OF_A_TENANT);
    return next === -1 ? undefined : this.#waiting.splice(next, 1)[0];
  }

  async #give(thread: RenderThread, work: Work): Promise<void> {
    this.#threads.set(thread, work);
    const answer = await thread.run(work.job);
    if (this.#threads.has(thread)) this.#threads.set(thread, undefined);
    work.settle(answer);
    this.#pump();
  }

  #cancel(work: Work): void {
    const problem = new ToolError("rendering was cancelled", { type: "External" });
    const place = this.#waiting.indexOf(work);
    if (place !== -1) this.#waiting.splice(place, 1);
    const [thread] = [...this.#threads].find(([, current]) => current === work) ?? [];
    if (thread === undefined) work.settle(problem);
    else void thread.end(problem);
  }

  #refuseWaiting(problem: ToolError): void {
    for (const { settle } of this.#waiting.splice(0)) settle(problem);
  }
}

function closing(): ToolError {
  return new ToolError("the server is closing", { type: "Connection" });
}
