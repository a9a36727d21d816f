import { availableParallelism } from "node:os";
import { join } from "node:path";
import { openExchange } from "../kit/files/exchange.ts";
import { referenceServer, type ServerStatus } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, exchangeDirectory, numberSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import type { Compute, ComputeLimits } from "./compute.ts";
import { dataProcessing } from "./data-processing.ts";
import { gpuStatus } from "./gpu-status.ts";
import { openJobRunner } from "./jobs/job-runner.ts";
import { JOB_SCHEMA, openJobTable } from "./jobs/job-table.ts";
import { openLivingOwner } from "./jobs/living-owner.ts";
import { MODEL_SCHEMA, openModelStore } from "./model/model-store.ts";
import { modelExport } from "./model-export.ts";
import { predict } from "./predict.ts";
import { trainModel } from "./train-model.ts";
import { openLanes } from "./work/lanes.ts";

const NAME = "compute";
const JOBS_MAX = 8;

/** @throws Error - a setting is none that is allowed, or the state is none of this server */
export function openCompute(environment: Environment): OpenServer {
  const directory = stateDirectory(NAME, environment);
  // DuckDB takes them for patterns, and would read other files than those that were checked.
  if (/[*?[]/.test(directory)) throw new Error(`STATE_DIR is "${directory}": it must not have *, ? or [ in it`);
  const limits = limitsOf(environment);
  const kept = numberSetting(environment, "MODELS_MAX", { fallback: 100, min: 1, max: 10_000 });
  const checkpointMs = numberSetting(environment, "CHECKPOINT_SECONDS", { fallback: 2, min: 0, max: 3_600 }) * 1_000;
  const state = openState({ path: join(directory, "compute.sqlite"), schema: [...JOB_SCHEMA, ...MODEL_SCHEMA] });
  const jobs = openJobTable(state);
  const models = openModelStore(state, join(directory, "models"), kept);
  const owner = openLivingOwner(join(directory, "owners"));
  const exchange = openExchange(exchangeDirectory(environment));
  const runner = openJobRunner({
    state,
    jobs,
    models,
    exchange,
    owner,
    checkpointMs,
    directory: join(directory, "jobs"),
    atOnce: limits.concurrentJobs,
    memoryMb: limits.memoryMb,
  });
  const compute: Compute = { state, exchange, jobs, runner, models, owner, lanes: openLanes(availableParallelism()), limits };
  const nvidiaSmi = textSetting(environment, "NVIDIA_SMI") ?? "nvidia-smi";
  const server = referenceServer({
    name: NAME,
    instructions:
      "Prepares tables of transactions (data_processing), learns recommendations from them in background jobs (train_model, followed with gpu_status), recommends (predict), and exports models as ONNX (model_export). Files come from and go to the exchange.",
    state,
    tools: [dataProcessing(compute), trainModel(compute), gpuStatus(compute, nvidiaSmi), predict(compute), modelExport(compute)],
    status: () => statusOf(compute),
  });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await runner[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}

function limitsOf(environment: Environment): ComputeLimits {
  const cores = Math.min(JOBS_MAX, availableParallelism());
  return {
    concurrentJobs: numberSetting(environment, "CONCURRENT_JOBS", { fallback: cores, min: 1, max: JOBS_MAX }),
    memoryMb: numberSetting(environment, "MEMORY_MB", { fallback: 1_024, min: 128, max: 1_048_576 }),
    inputBytesMax: numberSetting(environment, "INPUT_MB_MAX", { fallback: 1_024, min: 1, max: 102_400 }) * 2 ** 20,
    processMs: numberSetting(environment, "PROCESS_SECONDS_MAX", { fallback: 300, min: 1, max: 86_400 }) * 1_000,
  };
}

function statusOf({ jobs, models, limits }: Compute): ServerStatus {
  const running = jobs.count("running");
  const queued = jobs.count("queued");
  return {
    status: "healthy",
    facts: {
      running_jobs: running,
      queued_jobs: queued,
      concurrent_jobs_max: limits.concurrentJobs,
      completed_jobs: jobs.count("completed"),
      failed_jobs: jobs.count("failed"),
      models: models.count(),
    },
  };
}
