import { z } from "zod";
import { estimatedSeconds, remainingSeconds } from "./jobs/job-estimate.ts";
import type { Job, JobProgress, JobResult } from "./jobs/job-table.ts";

const LOSSES_TOLD_MAX = 100;

/** A job as tools tell it. */
export const toldJob = z.object({
  job_id: z.string().describe("For gpu_status, and to cancel it"),
  model_id: z.string().describe("For predict and model_export, once the job is completed"),
  model_name: z.string().optional().describe("As it was given"),
  status: z.enum(["queued", "running", "completed", "failed", "cancelled"]).describe("How it is with the job"),
  progress: z.number().describe("0 to 1"),
  epoch: z.int().describe("Epochs that are over"),
  epochs: z.int().describe("Epochs in all"),
  rows: z.int().describe("Rows of the file"),
  estimated_seconds: z.number().optional().describe("How long it takes once it begins, by what jobs have taken on this machine"),
  eta_seconds: z.number().optional().describe("How long it still takes, by how long its epochs take"),
  accuracy: z
    .number()
    .nullable()
    .optional()
    .describe(
      "Chance that a held-out item that was taken is ranked above one that was not; 0.5 is guessing. null: nothing was held out, or nothing was there to compare it with",
    ),
  baseline_accuracy: z.number().nullable().optional().describe("The same for ranking by popularity alone"),
  evaluated_pairs: z.int().optional().describe("Of how many held-out pairs the accuracy is the mean"),
  held_out_pairs: z.int().optional().describe("Pairs of user and item that were not learned from"),
  learned_pairs: z.int().optional().describe("Pairs of user and item that were learned from"),
  ignored_rows: z.int().optional().describe("Rows without a user or an item"),
  users: z.int().optional().describe("Users that the model knows"),
  items: z.int().optional().describe("Items that the model knows"),
  model_bytes: z.int().optional().describe("Size of the model"),
  model_sha256: z.string().optional().describe("Hash of the model: the same for the same file and parameters"),
  duration_seconds: z.number().optional().describe("From its first beginning to its end"),
  resumed_at_epoch: z.int().nullable().optional().describe("Where it went on from a checkpoint. null: it did not have to"),
  losses: z.array(z.number()).optional().describe("Mean loss of epochs, the last one last; at most 100 of them, evenly chosen"),
  error: z.string().optional().describe("Why it failed"),
  created_at: z.string().describe("When it was asked for"),
  started_at: z.string().optional().describe("When it first began"),
  ended_at: z.string().optional().describe("When it ended"),
});

/** @param newer - how far it is, when that is known better than from the table */
export function tellJob(job: Job, newer: JobProgress | undefined, measuredRate: number | undefined): z.input<typeof toldJob> {
  const { order, status } = job;
  const running = status === "running";
  const { epoch, progress, secondsPerEpoch, losses } = (running ? newer : undefined) ?? job;
  const remaining = running ? remainingSeconds(job, { epoch, progress, secondsPerEpoch, losses, checkpoint: false }) : undefined;
  return defined({
    job_id: job.id,
    model_id: job.modelId,
    model_name: order.modelName,
    status,
    progress: Math.round(progress * 10_000) / 10_000,
    epoch,
    epochs: order.parameters.epochs,
    rows: order.rows,
    estimated_seconds: status === "queued" || running ? estimatedSeconds(job, measuredRate) : undefined,
    eta_seconds: remaining,
    ...toldResult(job.result),
    losses: losses.length === 0 ? undefined : some(losses),
    error: job.error,
    created_at: job.createdAt,
    started_at: job.startedAt,
    ended_at: job.endedAt,
  });
}

function toldResult(result: JobResult | undefined) {
  if (result === undefined) return {};
  return {
    accuracy: result.accuracy,
    baseline_accuracy: result.baselineAccuracy,
    evaluated_pairs: result.evaluatedPairs,
    held_out_pairs: result.heldOutPairs,
    learned_pairs: result.learnedPairs,
    ignored_rows: result.ignoredRows,
    users: result.users,
    items: result.items,
    model_bytes: result.bytes,
    model_sha256: result.sha256,
    duration_seconds: result.seconds,
    resumed_at_epoch: result.resumedAtEpoch,
  };
}

function some(losses: readonly number[]): number[] {
  const step = Math.max(1, Math.ceil(losses.length / LOSSES_TOLD_MAX));
  return losses.filter((_, index) => (losses.length - 1 - index) % step === 0);
}

type Defined<Part> = { [Key in keyof Part]: Exclude<Part[Key], undefined> };

/** Without what is undefined, so that answers have no holes. */
function defined<Part extends object>(part: Part): Defined<Part> {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as Defined<Part>;
}
