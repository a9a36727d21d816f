import { createHash, randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import { ToolError } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import { pathParts } from "../kit/files/confined-path.ts";
import { exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import { columnsArgument, columnsGiven } from "./columns-argument.ts";
import type { Compute } from "./compute.ts";
import { waitForJob } from "./jobs/wait-for-job.ts";
import type { Job, JobOrder } from "./jobs/job-table.ts";
import type { TrainingParameters } from "./model/model-file.ts";
import { inspectFile } from "./table/inspect-file.ts";
import { tellJob, toldJob } from "./told-job.ts";
import { type StagedFile, stageFile } from "./work/staged-file.ts";
import { toldRefusals } from "./work/told-refusals.ts";

const parameters = z
  .strictObject({
    epochs: z.int().min(1).max(10_000).default(20).describe("How often all pairs are learned from"),
    learning_rate: z.number().min(1e-6).max(1).default(0.005).describe("How far a vector moves at a time. 0.001 wants about 100 epochs"),
    batch_size: z.int().min(1).max(65_536).default(1_024).describe("Pairs whose gradients are summed before vectors move"),
    factors: z.int().min(1).max(128).default(16).describe("Numbers in the vector of a user or an item"),
    regularization: z.number().min(0).max(10).default(0.01).describe("How strongly vectors are drawn to zero"),
    seed: z.int().min(0).max(4_294_967_295).default(1).describe("What looks random follows from it"),
    holdout: z.number().min(0).max(0.5).default(0.1).describe("Share of the pairs that is not learned from, to measure the accuracy"),
  })
  .describe("How to train");

const input = z.strictObject({
  file: exchangeName
    .optional()
    .describe("Table of what users have taken, in the exchange: Parquet, or CSV with a header. Wanted, unless a job is cancelled"),
  algorithm: z.literal("collaborative_filtering").default("collaborative_filtering").describe("Matrix factorisation of who has taken what"),
  parameters: parameters.optional(),
  columns: columnsArgument.optional(),
  asynchronous: z
    .boolean()
    .default(true)
    .describe(
      "Whether to answer at once, with a job to ask gpu_status about. Otherwise the answer comes when the model is there, and cancelling the call cancels the job",
    ),
  model_name: z.string().min(1).max(200).optional().describe("What to call the model, for people"),
  held_out_file: exchangeName
    .optional()
    .describe('Name to write the held-out pairs to in the exchange as CSV "user,item", so that anybody can check the accuracy'),
  cancel_job: z.string().min(1).max(100).optional().describe("Job to cancel instead of training. One that has ended stays as it is"),
});

type Input = z.output<typeof input>;

const WAITING_MAX = 100;

/** Pairs times epochs times numbers of a vector: some hours. */
const WORK_MAX = 2e11;

/** Learns what users like from what they have taken, in a job that survives the server. */
export function trainModel(compute: Compute): ToolPlan {
  const { jobs, runner } = compute;
  return defineTool({
    name: "train_model",
    title: "Train a model",
    description:
      "Trains a recommendation model on a table of who has taken what. Answers with a job that goes on in the background, also after a crash; gpu_status tells how far it is and waits for its end. The same file and parameters give the same model, byte for byte. Also cancels a job.",
    effect: "changes",
    // A job that is cancelled is gone, and of too many models the oldest are.
    destructive: true,
    input,
    output: toldJob,
    async run(given, scope) {
      const { tenant, key, signal, once } = scope;
      if (given.cancel_job !== undefined) return await cancel(compute, given.cancel_job, scope);
      if (given.asynchronous) {
        return await staged(compute, given, scope, (job, place) =>
          once(() => {
            place();
            return told(compute, job);
          }),
        ).finally(() => runner.wake());
      }
      // The call came before, and its end was not seen.
      const before = key === undefined ? undefined : jobs.ofCall(key);
      if (before !== undefined && before.order.asked !== askedBy(given))
        throw refuse("this idempotency key belongs to a call with other arguments");
      const job =
        before ??
        (await staged(compute, given, scope, (job, place) => {
          compute.state.transaction(place);
          return job;
        }));
      runner.wake();
      return await ended(compute, { ...scope, tenant, signal }, job);
    },
  });
}

type Placing<Answer> = (job: Job, place: () => void) => Answer;

/** Copies and checks what is to be learned from. Then `place` puts the job among the jobs, in the transaction of whoever calls it. */
async function staged<Answer>(
  compute: Compute,
  given: Input,
  { tenant, key, signal, now }: ToolScope,
  placing: Placing<Answer>,
): Promise<Answer> {
  const { exchange, owner, jobs, runner, lanes, limits } = compute;
  const { file } = given;
  if (file === undefined) throw refuse('"file" says what to learn from; without it, "cancel_job" is wanted');
  // Not only when the training is over, hours later.
  if (given.held_out_file !== undefined) pathParts(given.held_out_file);
  if (given.held_out_file === file) throw refuse("the held-out pairs go to another file than the one that is learned from");
  if (jobs.waiting(tenant) >= WAITING_MAX) {
    throw new ToolError(`${WAITING_MAX} jobs are waiting already`, { type: "External", httpStatusCode: 429, retryAfter: 30 });
  }
  return await toldRefusals(signal, async () => {
    return await lanes.run(signal, async () => {
      using stage = await stageFile({ exchange, directory: owner.workDirectory, bytesMax: limits.inputBytesMax }, tenant, file);
      const order = await orderOf(compute, given, { stage, signal });
      const id = randomUUID();
      const job = newJob({ id: `job-${id}`, tenant, modelId: `model-${id}`, order, createdAt: now.toISOString() });
      return placing(job, () => {
        renameSync(stage.directory, runner.directory(job.id));
        jobs.add(job, key);
      });
    });
  });
}

interface Ordering {
  readonly stage: StagedFile;
  readonly signal: AbortSignal;
}

async function orderOf({ limits }: Compute, given: Input, { stage, signal }: Ordering): Promise<JobOrder> {
  const columns = columnsGiven(given.columns);
  const { format, path, directory, sha256 } = stage;
  const { chosen, rows } = await inspectFile({ path, format, columns }, directory, { memoryMb: limits.memoryMb, signal });
  const training = parametersOf(given.parameters);
  if (rows * training.epochs * training.factors > WORK_MAX) {
    throw refuse(
      `${rows} rows, ${training.epochs} epochs and ${training.factors} factors are too much: their product is at most ${WORK_MAX}`,
    );
  }
  const names = { user: chosen.user.name, item: chosen.item.name };
  const { model_name: modelName, held_out_file: heldOutFile } = given;
  return { asked: askedBy(given), inputSha256: sha256, format, columns: names, rows, parameters: training, modelName, heldOutFile };
}

/** The same for the same arguments: the schema has put them in order. */
function askedBy(given: Input): string {
  return createHash("sha256").update(JSON.stringify(given)).digest("base64url");
}

function parametersOf(given: Input["parameters"]): TrainingParameters {
  const { epochs, learning_rate, batch_size, factors, regularization, seed, holdout } = given ?? parameters.parse({});
  return { epochs, learningRate: learning_rate, batchSize: batch_size, factors, regularization, seed, holdout };
}

function newJob(known: Pick<Job, "id" | "tenant" | "modelId" | "order" | "createdAt">): Job {
  const nothing = {
    owner: undefined,
    secondsPerEpoch: undefined,
    error: undefined,
    result: undefined,
    startedAt: undefined,
    endedAt: undefined,
  };
  return { ...known, ...nothing, status: "queued", cancelled: false, starts: 0, epoch: 0, progress: 0, losses: [] };
}

/** Waits for the end of a job whose caller waits for it, and gives up with the caller. */
async function ended(compute: Compute, scope: ToolScope, { id }: Job): Promise<z.input<typeof toldJob>> {
  const job = await waitForJob(compute, id, { signal: scope.signal, progress: scope.progress });
  if (job.endedAt === undefined) {
    compute.runner.cancel(id);
    throw new ToolError("the call was cancelled, and its job with it", { type: "External" });
  }
  if (job.status === "completed") return told(compute, job);
  throw refuse(job.status === "failed" ? `the training failed: ${job.error ?? "nobody knows why"}` : "the job was cancelled", {
    job_id: id,
  });
}

async function cancel(compute: Compute, id: string, { tenant, signal }: ToolScope): Promise<z.input<typeof toldJob>> {
  const job = compute.jobs.find(id);
  if (job?.tenant !== tenant) throw refuse(`there is no job "${id}"`);
  if (job.endedAt === undefined) compute.runner.cancel(id);
  // A thread that does not listen is ended after a second.
  return told(compute, await waitForJob(compute, id, { signal, limitMs: 10_000 }));
}

function told({ runner, jobs }: Compute, job: Job): z.input<typeof toldJob> {
  return tellJob(job, runner.progress(job.id), jobs.measuredRate());
}
