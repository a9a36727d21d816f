import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { RenderAnswer, RenderJob } from "./render-job.ts";
import { type RenderLimits, type RenderProcess, startRenderProcess } from "./render-process.ts";

/*
 * P1. A process that a job has held for too long is ended, and another one takes its place: no template stops the server.
 * P2. No tenant has all processes while another one waits, nor all places to wait at.
 */

export interface RenderAsked {
  readonly tenant: string;
  readonly signal: AbortSignal;
}

const PROCESSES_MAX = 3;
const PROCESSES_OF_A_TENANT = 2;
const WAITING_MAX = 200;
const WAITING_OF_A_TENANT = 100;

interface Work {
  readonly job: RenderJob;
  readonly tenant: string;
  readonly settle: (answer: RenderAnswer | ToolError) => void;
}

/** Processes that render. Disposing ends them, and refuses what has not ended. */
export class RenderPool implements AsyncDisposable {
  readonly #limits: RenderLimits;
  /** What each process does; undefined while it has nothing to do. */
  readonly #processes = new Map<RenderProcess, Work | undefined>();
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
    const mine = this.#waiting.filter((work) => work.tenant === tenant).length;
    if (this.#waiting.length >= WAITING_MAX || mine >= WAITING_OF_A_TENANT) {
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

  facts(): { readonly processes: number; readonly waiting: number; readonly ended_processes: number } {
    return { processes: this.#processes.size, waiting: this.#waiting.length, ended_processes: this.#ended };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#refuseWaiting(closing());
    await Promise.all([...this.#processes.keys()].map(async (renderer) => await renderer.end(closing())));
  }

  #begin(): void {
    let started = false;
    const renderer = startRenderProcess(this.#limits, (problem) => {
      if (problem !== undefined) {
        this.#processes.delete(renderer);
        this.#ended += 1;
        // It could not even begin, and the next one could not either.
        if (!started) this.#refuseWaiting(problem);
      }
      started = true;
      this.#pump();
    });
    this.#processes.set(renderer, undefined);
  }

  #pump(): void {
    if (this.#closed) return;
    for (const renderer of this.#processes.keys()) {
      const work = renderer.state === "idle" ? this.#next() : undefined;
      if (work !== undefined) void this.#give(renderer, work);
    }
    const starting = [...this.#processes.keys()].filter(({ state }) => state === "starting").length;
    if (this.#waiting.length > starting && this.#processes.size < PROCESSES_MAX) this.#begin();
  }

  /** The first that waits and may have one more process (P2). */
  #next(): Work | undefined {
    const held = [...this.#processes.values()];
    const next = this.#waiting.findIndex(({ tenant }) => held.filter((work) => work?.tenant === tenant).length < PROCESSES_OF_A_TENANT);
    return next === -1 ? undefined : this.#waiting.splice(next, 1)[0];
  }

  async #give(renderer: RenderProcess, work: Work): Promise<void> {
    this.#processes.set(renderer, work);
    const answer = await renderer.run(work.job);
    if (this.#processes.has(renderer)) this.#processes.set(renderer, undefined);
    work.settle(answer);
    this.#pump();
  }

  #cancel(work: Work): void {
    const problem = new ToolError("rendering was cancelled", { type: "External" });
    const place = this.#waiting.indexOf(work);
    if (place !== -1) this.#waiting.splice(place, 1);
    const [renderer] = [...this.#processes].find(([, current]) => current === work) ?? [];
    if (renderer === undefined) work.settle(problem);
    else void renderer.end(problem);
  }

  #refuseWaiting(problem: ToolError): void {
    for (const { settle } of this.#waiting.splice(0)) settle(problem);
  }
}

function closing(): ToolError {
  return new ToolError("the server is closing", { type: "Connection" });
}
