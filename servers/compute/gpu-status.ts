import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { Compute } from "./compute.ts";
import type { Job } from "./jobs/job-table.ts";
import { waitForJob } from "./jobs/wait-for-job.ts";
import { findGpus, type Gpu } from "./machine/gpus.ts";
import { openLoadMeter } from "./machine/load.ts";
import { tellJob, toldJob } from "./told-job.ts";

const JOBS_TOLD_MAX = 50;
const WAIT_MS_MAX = 1_800_000;

const input = z.strictObject({
  job_id: z.string().min(1).max(100).optional().describe("Only this job. Default: the newest 50"),
  wait_ms: z
    .int()
    .min(0)
    .max(WAIT_MS_MAX)
    .default(0)
    .describe(
      "How long to wait for the job, or for the newest one that has not ended: at most half an hour. The caller has to be as patient",
    ),
  until: z
    .enum(["ended", "changed"])
    .default("ended")
    .describe("What to wait for: the end of the job, or that its status or epoch is another"),
});

const output = z.object({
  gpus: z
    .array(
      z.object({
        index: z.int().describe("Number of the processor"),
        name: z.string().describe("What its driver calls it"),
        utilization_percent: z.number().optional().describe("How busy it is"),
        memory_used_mb: z.number().optional().describe("Memory of its own in use"),
        memory_total_mb: z.number().optional().describe("Memory of its own"),
        temperature_celsius: z.number().optional().describe("How hot it is"),
      }),
    )
    .describe("Graphics processors of this machine. Training does not use them"),
  cpu: z
    .object({
      model: z.string().describe("As it names itself"),
      cores: z.int().describe("That this server may use"),
      utilization: z.number().describe("Share in use since it was last asked, 0 to 1"),
      load_average: z.array(z.number()).describe("Over 1, 5 and 15 minutes"),
    })
    .describe("Processor of this machine"),
  memory: z
    .object({
      total_mb: z.int().describe("Of the machine"),
      available_mb: z.int().describe("That could be had"),
      limit_mb: z.int().optional().describe("That this server may have, where there is a limit"),
      server_mb: z.int().describe("That this server has"),
    })
    .describe("Main memory"),
  jobs: z.array(toldJob).describe("The newest first"),
  active_jobs: z.int().describe("Jobs that run, of everybody"),
  queued_jobs: z.int().describe("Jobs that wait, of everybody"),
  concurrent_jobs_max: z.int().describe("Jobs that this server runs at once"),
});

/** Tells how it is with the machine and with the jobs of the tenant, and waits for a job. */
export function gpuStatus(compute: Compute, nvidiaSmi: string): ToolPlan {
  const { jobs, runner, limits } = compute;
  const load = openLoadMeter();
  return defineTool({
    name: "gpu_status",
    title: "Machine and jobs",
    description:
      "Tells what graphics processors, processor and memory this machine really has, how busy they are, and how far training jobs are. With wait_ms it waits for the end of a job.",
    effect: "reads",
    input,
    output,
    async run({ job_id, wait_ms, until }, { tenant, signal, progress }) {
      const found = job_id === undefined ? jobs.ofTenant(tenant, JOBS_TOLD_MAX) : [jobs.find(job_id)].flatMap((job) => job ?? []);
      const own = found.filter((job) => job.tenant === tenant);
      if (job_id !== undefined && own.length === 0) throw refuse(`there is no job "${job_id}"`);
      const awaited = own.find(({ endedAt }) => endedAt === undefined);
      if (awaited !== undefined && wait_ms > 0) {
        const first = runner.progress(awaited.id)?.epoch ?? awaited.epoch;
        const changed = ({ status }: Job, epoch: number): boolean => status !== awaited.status || epoch !== first;
        await waitForJob(compute, awaited.id, { signal, progress, limitMs: wait_ms, ...(until === "changed" ? { enough: changed } : {}) });
      }
      const rate = jobs.measuredRate();
      const now = own.flatMap(({ id }) => jobs.find(id) ?? []);
      return {
        gpus: (await findGpus({ nvidiaSmi, signal })).map(toldGpu),
        ...load(),
        jobs: now.map((job) => shortened(tellJob(job, runner.progress(job.id), rate), job_id !== undefined)),
        active_jobs: jobs.count("running"),
        queued_jobs: jobs.count("queued"),
        concurrent_jobs_max: limits.concurrentJobs,
      };
    },
  });
}

/** The losses are told of one job only: of fifty they would be long. */
function shortened(job: z.input<typeof toldJob>, whole: boolean): z.input<typeof toldJob> {
  if (whole) return job;
  const { losses: _, ...short } = job;
  return short;
}

function toldGpu({ index, name, utilization, memoryUsedMb, memoryTotalMb, temperatureCelsius }: Gpu) {
  return {
    index,
    name,
    ...(utilization === undefined ? {} : { utilization_percent: utilization }),
    ...(memoryUsedMb === undefined ? {} : { memory_used_mb: memoryUsedMb }),
    ...(memoryTotalMb === undefined ? {} : { memory_total_mb: memoryTotalMb }),
    ...(temperatureCelsius === undefined ? {} : { temperature_celsius: temperatureCelsius }),
  };
}
