import { existsSync, globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { purchasesCsv } from "../support/purchases.ts";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface ToldJob {
  readonly job_id: string;
  readonly status: string;
  readonly model_sha256: string;
  readonly resumed_at_epoch: number | null;
}

interface Status {
  readonly jobs: readonly ToldJob[];
}

const PATIENCE = { timeout: 90_000, interval: 20 };

test("a training that is killed goes on from its checkpoint at the next start, and gives the same model", async () => {
  using directory = temporaryDirectory();
  const state = join(directory.path, "state");
  const exchange = join(directory.path, "exchange");
  mkdirSync(join(exchange, "acme"), { recursive: true });
  writeFileSync(join(exchange, "acme", "purchases.csv"), purchasesCsv());
  const environment = { STATE_DIR: state, EXCHANGE_DIR: exchange, CHECKPOINT_SECONDS: "0" };
  // However fast the machine is: it is killed when there is a checkpoint, and if it was done before, the job gets longer.
  for (let epochs = 400; ; epochs *= 4) {
    const train = { file: "purchases.csv", parameters: { epochs: Math.min(epochs, 10_000), batch_size: 16, factors: 8 } };
    let job: ToldJob;
    {
      await using before = await start("compute", environment);
      job = await before.call<ToldJob>("train_model", train);
      // Gone when the job has ended.
      const place = join(state, "jobs", job.job_id);
      await expect.poll(() => existsSync(join(place, "checkpoint")) || !existsSync(place), PATIENCE).toBe(true);
      await before.kill();
    }
    await using after = await start("compute", environment);
    const resumed = await ended(after, job.job_id);
    if (resumed.resumed_at_epoch === null && epochs < 10_000) continue; // It was done before it was killed.
    expect(resumed).toMatchObject({ status: "completed", resumed_at_epoch: expect.any(Number) });
    const throughout = await after.call<ToldJob>("train_model", { ...train, asynchronous: false });
    expect(throughout).toMatchObject({ resumed_at_epoch: null, model_sha256: resumed.model_sha256 });
    // Nothing is left of jobs that have ended.
    expect(globSync(join(state, "jobs", "*"))).toEqual([]);
    return;
  }
});

async function ended(server: Awaited<ReturnType<typeof start>>, jobId: string): Promise<ToldJob> {
  for (let tries = 0; tries < 10; tries += 1) {
    const { jobs } = await server.call<Status>("gpu_status", { job_id: jobId, wait_ms: 20_000 });
    const [job] = jobs;
    if (job !== undefined && !["queued", "running"].includes(job.status)) return job;
  }
  throw new Error("the job does not end");
}
