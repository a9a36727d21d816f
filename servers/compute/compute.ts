import type { Exchange } from "../kit/files/exchange.ts";
import type { State } from "../kit/state/state.ts";
import type { JobRunner } from "./jobs/job-runner.ts";
import type { JobTable } from "./jobs/job-table.ts";
import type { LivingOwner } from "./jobs/living-owner.ts";
import type { ModelStore } from "./model/model-store.ts";
import type { Lanes } from "./work/lanes.ts";

/** What the tools share. */
export interface Compute {
  readonly state: State;
  readonly exchange: Exchange;
  readonly jobs: JobTable;
  readonly runner: JobRunner;
  readonly models: ModelStore;
  readonly owner: LivingOwner;
  /** For work that is done while somebody waits for it. */
  readonly lanes: Lanes;
  readonly limits: ComputeLimits;
}

export interface ComputeLimits {
  readonly concurrentJobs: number;
  /** Of DuckDB, for each task. */
  readonly memoryMb: number;
  readonly inputBytesMax: number;
  /** For one processing of a file. */
  readonly processMs: number;
}
