import { performance } from "node:perf_hooks";
import type { ToolScope } from "../../kit/define-tool.ts";
import { refuse } from "../../kit/reference-server.ts";
import type { Compute } from "../compute.ts";
import type { Job } from "./job-table.ts";

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Is told of epochs while waiting. */
  readonly progress?: ToolScope["progress"];
  /** Default: no limit. */
  readonly limitMs?: number;
  /** Whether to wait no longer. Default: when the job has ended. */
  readonly enough?: (job: Job, epoch: number) => boolean;
}

/** The job, when it has ended, or as it is when the time is over or the signal is aborted. */
export async function waitForJob({ jobs, runner }: Pick<Compute, "jobs" | "runner">, id: string, options: WaitOptions): Promise<Job> {
  const { signal, progress, limitMs = Number.POSITIVE_INFINITY, enough = () => false } = options;
  const until = performance.now() + limitMs;
  let told = -1;
  for (;;) {
    const job = jobs.find(id);
    if (job === undefined) throw refuse(`there is no job "${id}" any more`);
    const { epoch, progress: share } = runner.progress(id) ?? job;
    if (job.endedAt !== undefined || signal.aborted) return job;
    if (performance.now() >= until || enough(job, epoch)) return job;
    if (share > told) {
      told = share;
      progress?.({ progress: share, total: 1, message: `${job.status}: epoch ${epoch} of ${job.order.parameters.epochs}` });
    }
    await runner.change(signal);
  }
}
